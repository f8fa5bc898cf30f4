"""The order is always 0, 1, 2."""

import numpy as np

CAUGHT_BY = ("three_epochs_with_one_generator", "every_epoch_has_a_new_order", "neighbours_are_parted")
HINT = (
    "You never shuffle. If the examples are sorted by class, each batch then holds one class only: what is "
    "shuffle there for?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield np.arange(n)[step * batch_size : (step + 1) * batch_size]
