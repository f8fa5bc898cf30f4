"""The maximum is taken from the caller's scores."""

import numpy as np

CAUGHT_BY = ("softmax_leaves_its_argument_alone",)
HINT = "After your call the caller's scores had changed: `-=` writes into the array that you were given."


def softmax(z):
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
