"""log hands on its slope alone."""

import numpy as np

CAUGHT_BY = ("functions_of_one_tensor",)
HINT = (
    "Yours is the slope alone, as if nothing stood above it. What does the chain rule do with the gradient that "
    "arrives?"
)


class Tensor(Tensor):
    def log(self) -> Tensor:
        a = self.data
        return Tensor(np.log(a), self.requires_grad, parents=(self,), hand_back=lambda g: (1.0 / a,))
