"""exp passes on its input."""

import numpy as np

CAUGHT_BY = ("functions_of_one_tensor",)
HINT = "The slope of exp is exp itself. Yours multiplies by the input: which of the two arrays does the closure keep?"


class Tensor(Tensor):
    def exp(self):
        a = self.data
        return Tensor(np.exp(a), parents=(self,), hand_back=lambda g: (g * a,))
