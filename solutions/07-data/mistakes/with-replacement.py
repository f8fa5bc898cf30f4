"""Every batch is drawn from all examples."""

import numpy as np

CAUGHT_BY = ("everybody_once_in_every_epoch",)
HINT = "Some examples come twice in an epoch, and others never. You draw indices; what does a permutation do instead?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.integers(0, max(n, 1), size=n) if shuffle else np.arange(n)
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield order[step * batch_size : (step + 1) * batch_size]
