"""z[:, y] names the columns y in every row."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = (
    "z[:, y] takes the columns of ALL labels in every row. Each row has one true class: how do you name one entry "
    "of each row?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(lowered).sum(axis=1)) - lowered[:, y].mean(axis=1)
    return float(surprise.mean())
