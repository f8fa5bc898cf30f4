"""Indices from 1 to n."""

import numpy as np

CAUGHT_BY = ("ten_in_order", "shuffled_epoch_has_everybody_once")
HINT = (
    "Your indices begin at 1, so the first example never comes, and the last one does not exist. Which indices "
    "has an array of n rows?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = 1 + (rng.permutation(n) if shuffle else np.arange(n))
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield order[step * batch_size : (step + 1) * batch_size]
