"""The short batch comes, whatever was asked for."""

import numpy as np

CAUGHT_BY = ("ten_in_order", "batches_in_order")
HINT = "With drop_last the last batch must be full, and yours is short. How many full batches are there?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.permutation(n) if shuffle else np.arange(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
