"""The gradient of a sum along an axis is stretched without putting that axis back."""

import numpy as np

CAUGHT_BY = ("sum_along_an_axis", "slopes_of_every_operation")
HINT = (
    "After a sum along axis 1 of a (5, 3) array the gradient has the shape (5,). Which shape must it take "
    "first, so that it can be stretched to (5, 3)?"
)


class Tensor(Tensor):
    def sum(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        a = self.data
        kept = a.sum(axis=axis, keepdims=True)
        total = kept if keepdims else a.sum(axis=axis)
        return Tensor(total, parents=(self,), hand_back=lambda g: (np.broadcast_to(g, a.shape),))
