"""The sigmoid is e^z / (1 + e^z), which is inf / inf for large z."""

import numpy as np

CAUGHT_BY = ("sigmoid_at_1000", "sigmoid_far_out_and_cross_entropy")
HINT = "At z = 1000 you divide inf by inf. Which form of the sigmoid needs only exponentials of negative numbers?"


class Tensor(Tensor):
    def sigmoid(self) -> Tensor:
        s = np.exp(self.data) / (1.0 + np.exp(self.data))
        return Tensor(s, parents=(self,), hand_back=lambda g: (g * s * (1.0 - s),))
