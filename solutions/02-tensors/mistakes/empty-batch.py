"""One batch too many where size divides N."""

CAUGHT_BY = ("sentences_in_batches_of_two", "no_batch_is_empty")
HINT = "There is a batch without examples. How many batches are there when nothing is left over?"


def batches(x, size):
    return [x[i * size : (i + 1) * size] for i in range(len(x) // size + 1)]
