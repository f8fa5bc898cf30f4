"""exp hands on its slope alone."""

import numpy as np

CAUGHT_BY = ("functions_of_one_tensor",)
HINT = (
    "Yours is the slope alone, as if nothing stood above it. What does the chain rule do with the gradient that "
    "arrives?"
)


class Tensor(Tensor):
    def exp(self) -> Tensor:
        value = np.exp(self.data)
        return Tensor(value, self.requires_grad, parents=(self,), hand_back=lambda g: (value,))
