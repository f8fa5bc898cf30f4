"""ReLU in the hidden layer."""

import numpy as np

CAUGHT_BY = ("stations_of_the_lecture",)
HINT = (
    "Your hidden units use ReLU, which has no upper end. Which function do they have in this net, and between which "
    "numbers do its values lie?"
)


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = np.maximum(l1, 0.0)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
