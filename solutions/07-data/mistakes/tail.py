"""The last ones are put aside."""

import numpy as np

CAUGHT_BY = ("splits_are_drawn",)
HINT = (
    "You always put the same ones aside, a row of neighbours. If the file is sorted they are of one class: what "
    "is rng there for?"
)


def train_val_split(n, val, rng):
    return np.arange(n - val), np.arange(n - val, n)
