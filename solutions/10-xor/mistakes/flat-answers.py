"""A flat array of answers."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = "Right numbers in a flat array. A column (N, 1) was asked for: which shape have the weights of your last unit?"


def handset_mlp(X):
    y = sigmoid(X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([-8.0, 3.0]))
    return sigmoid(y @ np.array([-11.0, -11.0]) + 6.0)
