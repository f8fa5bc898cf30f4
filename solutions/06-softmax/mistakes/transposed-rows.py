"""A column for every example, where every example has a row."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand", "one_hot_matches")
HINT = "The batch is axis 0: every label becomes a row. Yours became columns: which axis counts the examples?"


def one_hot(y, k):
    return np.eye(k)[y].T
