"""A tensor keeps the caller's array, and a step writes into it."""

import numpy as np

CAUGHT_BY = ("data_are_a_copy", "data_are_floats_of_its_own")
HINT = (
    "What is written into your data is also written into the array of the caller. What does np.asarray share that "
    "np.array copies?"
)


class Tensor(Tensor):
    def __init__(self, data, requires_grad=False, *, parents=(), hand_back=None):
        super().__init__(data, requires_grad, parents=parents, hand_back=hand_back)
        self.data = np.asarray(data, dtype=np.float64)


class SGD(SGD):
    def step(self) -> None:
        for p in self.params:
            if p.grad is not None:
                p.data -= self.lr * p.grad
