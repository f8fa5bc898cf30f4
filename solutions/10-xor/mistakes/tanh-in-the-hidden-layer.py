"""tanh in the hidden layer."""

import numpy as np

CAUGHT_BY = ("stations_of_the_lecture",)
HINT = (
    "Your hidden units use tanh, which runs from -1 to 1. Which function do they have in this net, and between "
    "which numbers do its values lie?"
)


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = np.tanh(l1)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
