"""The last unit gives its logit."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = "Your answers go beyond 0 and 1: they are what goes into the last sigmoid. What comes out of it?"


def handset_mlp(X):
    y = sigmoid(X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([-8.0, 3.0]))
    return y @ np.array([[-11.0], [-11.0]]) + 6.0
