"""The bias is added to every product, so it counts n times."""

import numpy as np

CAUGHT_BY = ("hypothesis_by_hand", "hypothesis_matches")
HINT = "The bias is in your sum once for every feature. How often does it stand in the formula?"


def hypothesis(X, W, b):
    return np.sum(X * W.T + b, axis=1, keepdims=True)
