"""The loss clips the caller's probabilities."""

import numpy as np

CAUGHT_BY = ("bce_of_a_certain_answer", "bce_of_the_certain")
HINT = "After your loss, the caller's p has no 0 and no 1 any more: clipping wrote into it. Clip into a new array."


def bce(p, y):
    np.clip(p, 1e-12, 1.0 - 1e-12, out=p)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
