"""The logits are clipped to [-10, 10]."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_1000",)
HINT = (
    "You clip z so early that the sigmoid stops short of 0 and 1. How far out does exp really overflow, and on "
    "which side of 0 only?"
)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -10.0, 10.0)))
