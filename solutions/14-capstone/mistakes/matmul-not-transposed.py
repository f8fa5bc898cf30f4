"""The gradients of a matrix product are taken without transposing."""

CAUGHT_BY = (
    "slopes_of_every_operation",
    "dog_or_wolf",
)
HINT = (
    "The gradient of a @ b with respect to a has the shape of a. Write the three shapes down: which "
    "factor must be transposed, and on which side does it stand?"
)


class Tensor(Tensor):
    def __matmul__(self, other: Tensor) -> Tensor:
        a, b = self.data, other.data
        return Tensor(a @ b, parents=(self, other), hand_back=lambda g: (g @ b, a @ g))
