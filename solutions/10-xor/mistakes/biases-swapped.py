"""The biases of y1 and y2 are exchanged."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = (
    "The weights are right, the biases are not: -8 belongs to the unit with the weights 5 and 5. To which does "
    "yours belong?"
)


def handset_mlp(X):
    y = sigmoid(X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([3.0, -8.0]))
    return sigmoid(y @ np.array([[-11.0], [-11.0]]) + 6.0)
