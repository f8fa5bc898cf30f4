"""Steps in the place of the first layer's sigmoids, as the slide rounds them."""

import numpy as np

CAUGHT_BY = ("handset_net_computes_xor", "handset_net_anywhere")
HINT = (
    "You round y1 and y2, as one does with a pencil. The net itself goes on with sigmoid(-8) = .0003: what does "
    "rounding lose?"
)


def handset_mlp(X):
    y = np.round(sigmoid(X @ np.array([[5.0, -7.0], [5.0, -7.0]]) + np.array([-8.0, 3.0])))
    return sigmoid(y @ np.array([[-11.0], [-11.0]]) + 6.0)
