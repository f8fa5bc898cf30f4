"""A piece at a random place."""

import numpy as np

CAUGHT_BY = ("not_the_last_and_no_neighbours", "splits_are_drawn")
HINT = (
    "You draw one place and put a row of neighbours aside. If the file is sorted they are of one class: how many "
    "draws does it take?"
)


def train_val_split(n, val, rng):
    start = int(rng.integers(0, n - val + 1))
    return np.delete(np.arange(n), slice(start, start + val)), np.arange(start, start + val)
