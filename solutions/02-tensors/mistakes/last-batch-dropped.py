"""Only full batches."""

CAUGHT_BY = ("sentences_in_batches_of_two", "batches_match")
HINT = "The last examples are missing. Where size does not divide N, what becomes of the rest?"


def batches(x, size):
    return [x[i * size : (i + 1) * size] for i in range(len(x) // size)]
