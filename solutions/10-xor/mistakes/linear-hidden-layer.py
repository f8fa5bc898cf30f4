"""No sigmoid in the first layer."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = (
    "y1 and y2 must be probabilities. Without a sigmoid between them, two layers are no more than one: where is "
    "it missing?"
)


def handset_mlp(X):
    y = X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([-8.0, 3.0])
    return sigmoid(y @ np.array([[-11.0], [-11.0]]) + 6.0)
