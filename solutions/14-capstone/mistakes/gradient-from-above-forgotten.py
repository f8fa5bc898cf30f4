"""A product passes on its factors, without the gradient that arrives."""

CAUGHT_BY = ("sigmoid_circuit",)
HINT = (
    "A product passes on the other factor alone. The chain rule multiplies it by the gradient that arrives from above."
)


class Tensor(Tensor):
    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        a, b = self.data, other.data
        return Tensor(a * b, parents=(self, other), hand_back=lambda g: (b + 0 * g, a + 0 * g))
