"""The slope of the logarithm is taken as that of a product."""

import numpy as np

CAUGHT_BY = (
    "functions_of_one_tensor",
    "slopes_of_every_operation",
)
HINT = "The slope of log x is 1/x: what must the gradient be divided by?"


class Tensor(Tensor):
    def log(self) -> Tensor:
        a = self.data
        return Tensor(np.log(a), parents=(self,), hand_back=lambda g: (g * np.log(a),))
