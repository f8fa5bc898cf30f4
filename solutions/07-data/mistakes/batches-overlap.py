"""Batch s begins at index s."""

import numpy as np

CAUGHT_BY = ("ten_in_order",)
HINT = "Your second batch begins at index 1, so the batches overlap. How many examples lie before batch s?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    o = rng.permutation(n) if shuffle else np.arange(n)
    for s in range(steps_per_epoch(n, batch_size, drop_last)):
        yield o[s : s + batch_size]
