"""reshape hands on ones."""

import numpy as np

CAUGHT_BY = ("functions_of_one_tensor",)
HINT = (
    "Yours is the slope alone, as if nothing stood above it. What does the chain rule do with the gradient that "
    "arrives?"
)


class Tensor(Tensor):
    def reshape(self, *shape: int) -> Tensor:
        a = self.data
        return Tensor(a.reshape(shape), self.requires_grad, parents=(self,), hand_back=lambda g: (np.ones(a.shape),))
