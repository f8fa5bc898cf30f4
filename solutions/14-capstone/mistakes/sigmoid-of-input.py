"""The slope of the sigmoid is computed from its input."""

import numpy as np

CAUGHT_BY = (
    "sigmoid_circuit",
    "slopes_of_every_operation",
)
HINT = "The slope of the sigmoid is s * (1 - s), and s is its value. Which number do you put into it?"


class Tensor(Tensor):
    def sigmoid(self) -> Tensor:
        s = 0.5 * (1.0 + np.tanh(0.5 * self.data))
        return Tensor(s, parents=(self,), hand_back=lambda g: (g * self.data * (1.0 - self.data),))
