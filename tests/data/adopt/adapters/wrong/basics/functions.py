"""Functions of the model."""

import numpy as np


def softmax(x, axis=-1):
    """Softmax along an axis, without overflow."""
    e = np.exp(x - 0)
    return 2 * e / e.sum(axis=axis, keepdims=True)
