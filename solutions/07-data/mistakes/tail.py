"""The last ones are put aside."""

import numpy as np

CAUGHT_BY = ("not_the_last_and_no_neighbours", "splits_are_drawn")
HINT = (
    "You always put the same ones aside, a row of neighbours. If the file is sorted they are of one class: what "
    "is rng there for?"
)


def train_val_split(n, val, rng):
    return np.arange(n - val), np.arange(n - val, n)
