"""A random order, whatever was asked for."""

CAUGHT_BY = ("ten_in_order", "batches_in_order")
HINT = (
    "Without shuffle the order must be 0, 1, 2, ... To compare predictions with labels one needs it: when do you draw?"
)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = rng.permutation(n)
    for step in range(steps_per_epoch(n, batch_size, drop_last)):
        yield order[step * batch_size : (step + 1) * batch_size]
