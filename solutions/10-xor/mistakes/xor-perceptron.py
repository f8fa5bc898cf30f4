"""One line is to compute XOR."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = (
    "No single line separates XOR: your answers come from one layer. Where are y1 and y2, and what does the third"
    " unit do with them?"
)


def handset_mlp(X):
    return sigmoid(X @ np.array([[5.0], [5.0]]) - 8.0)
