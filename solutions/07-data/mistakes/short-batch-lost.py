"""The short batch is left out, whatever was asked for."""

import numpy as np

CAUGHT_BY = ("ten_in_order", "shuffled_epoch_has_everybody_once")
HINT = "Some examples never come: the short batch is missing, though it was to be kept. When may you leave it out?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.permutation(n) if shuffle else np.arange(n)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]
