"""The clipped values are written into the caller's p."""

import numpy as np

CAUGHT_BY = ("bce_gradient_of_certain_answers", "bce_gradient_leaves_its_arguments_alone")
HINT = "After your function, the caller's p had other values: clipping wrote into it. Clip into a new array."


def bce_backward(p, y):
    np.clip(p, 1e-12, 1.0 - 1e-12, out=p)
    return (p - y) / (p * (1.0 - p)) / p.size
