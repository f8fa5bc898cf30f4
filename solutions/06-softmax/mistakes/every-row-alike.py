"""The 1 is written into whole columns."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand",)
HINT = (
    "The columns of all labels are filled in EVERY row: [:, y] names whole columns. How do you name one entry of "
    "each row?"
)


def one_hot(y, k):
    rows = np.zeros((len(y), k))
    rows[:, y] = 1.0
    return rows
