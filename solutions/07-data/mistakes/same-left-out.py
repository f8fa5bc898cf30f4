"""The last examples are cut off before the shuffling."""

import numpy as np

CAUGHT_BY = ("everybody_is_left_out_at_times", "nobody_is_left_out_for_ever")
HINT = "The same examples are left out in every epoch: you cut them off before you shuffle. Which comes first?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    kept = n - n % batch_size if drop_last else n
    order = rng.permutation(kept) if shuffle else np.arange(kept)
    for start in range(0, kept, batch_size):
        yield order[start : start + batch_size]
