"""Each factor of a product receives itself."""

import numpy as np

CAUGHT_BY = (
    "two_circuits_of_the_lectures",
    "slopes_of_every_operation",
    "slopes_of_what_was_broadcast",
)
HINT = "How much does a * b grow when a grows by a little: by which of the two factors is the step multiplied?"


class Tensor(Tensor):
    def __mul__(self, other: Tensor | np.ndarray | float) -> Tensor:
        other = other if isinstance(other, Tensor) else Tensor(other)
        a, b = self.data, other.data
        return Tensor(a * b, parents=(self, other), hand_back=lambda g: (g * a, g * b))
