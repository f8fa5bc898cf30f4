"""A list of all batches."""

import numpy as np

CAUGHT_BY = ("next_gives_the_next_batch", "batches_are_made_when_asked_for")
HINT = (
    "What you return is made at once, and next() does not work on it. With a hundred million examples that "
    "would take its time: what does yield do?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.permutation(n) if shuffle else np.arange(n)
    steps = steps_per_epoch(n, batch_size, drop_last)
    return [order[step * batch_size : (step + 1) * batch_size] for step in range(steps)]
