"""Rows of True and False."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand",)
HINT = "Your rows hold True and False. A comparison finds the right places: what turns its answers into float64?"


def one_hot(y, k):
    return y[:, None] == np.arange(k)
