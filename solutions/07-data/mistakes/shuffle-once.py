"""The same random order in every epoch."""

import numpy as np

CAUGHT_BY = ("three_epochs_with_one_generator", "every_epoch_has_a_new_order")
HINT = (
    "Your second epoch has the order of the first. Draw a new order every epoch: from which generator does yours "
    "come, and when?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = np.random.default_rng(0).permutation(n) if shuffle else np.arange(n)
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield order[step * batch_size : (step + 1) * batch_size]
