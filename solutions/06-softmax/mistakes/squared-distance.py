"""The mean squared distance to the one-hot rows."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = (
    "You average squared distances to the one-hot rows. This loss is the surprise of the true class alone: which "
    "function of its probability is that?"
)


def cross_entropy(z, y):
    return float(np.mean((softmax(z) - one_hot(y, z.shape[1])) ** 2))
