"""The order of the batches is drawn, not that of the examples."""

import numpy as np

CAUGHT_BY = ("neighbours_meet_others", "neighbours_are_parted")
HINT = (
    "You shuffle whole batches: the same examples always meet. What has to be shuffled before it is cut into batches?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    steps = steps_per_epoch(n, batch_size, drop_last)
    full = n // batch_size
    for step in [*rng.permutation(full), *range(full, steps)] if shuffle else range(steps):
        yield np.arange(n)[step * batch_size : (step + 1) * batch_size]
