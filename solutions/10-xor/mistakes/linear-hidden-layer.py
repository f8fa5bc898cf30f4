"""No sigmoid in the first layer."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = (
    "All your answers are 1. Are y1 and y2 probabilities (without a sigmoid between them two layers are no "
    "more than one), and do the weights of the second layer have their signs?"
)


def handset_mlp(X):
    y = X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([-8.0, 3.0])
    return sigmoid(y @ np.array([[-11.0], [-11.0]]) + 6.0)
