"""np.random instead of the generator that is given."""

import numpy as np

CAUGHT_BY = ("three_epochs_with_one_generator", "every_epoch_has_a_new_order")
HINT = "The same generator led to other batches: yours come from np.random. What is rng there for?"


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = np.random.permutation(n) if shuffle else np.arange(n)
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield order[step * batch_size : (step + 1) * batch_size]
