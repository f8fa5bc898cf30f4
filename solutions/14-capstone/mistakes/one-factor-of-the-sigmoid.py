"""The slope of the sigmoid has only the factor 1 - s."""

import numpy as np

CAUGHT_BY = ("sigmoid_circuit", "sigmoid_at_1000")
HINT = (
    "Far to the left your sigmoid has the slope 1, though it is flat there. The slope is a product of two "
    "numbers: which of them is 0 on the left?"
)


class Tensor(Tensor):
    def sigmoid(self) -> Tensor:
        small = np.exp(-np.abs(self.data))
        s = np.where(self.data >= 0, 1.0, small) / (1.0 + small)
        return Tensor(s, self.requires_grad, parents=(self,), hand_back=lambda g: (g * (1.0 - s),))
