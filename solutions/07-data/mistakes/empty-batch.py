"""One round too many where the batch size divides n."""

import numpy as np

CAUGHT_BY = ("no_batch_is_empty", "batches_in_order")
HINT = "Your last batch is empty: n is a multiple of the batch size. Where does your loop have to stop then?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.permutation(n) if shuffle else np.arange(n)
    for step in range(n // batch_size + (0 if drop_last else 1)):
        yield order[step * batch_size : (step + 1) * batch_size]
