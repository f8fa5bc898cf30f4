"""relu lets positive gradients through instead of the gradients of positive entries."""

import numpy as np

CAUGHT_BY = ("slopes_of_every_operation",)
HINT = "The ReLU lets the gradient pass where its INPUT was positive. Which sign do you look at?"


class Tensor(Tensor):
    def relu(self) -> Tensor:
        a = self.data
        return Tensor(np.maximum(a, 0.0), parents=(self,), hand_back=lambda g: (g * (g > 0),))
