"""A quotient with a fraction."""

CAUGHT_BY = ("steps_of_the_lecture", "steps_match")
HINT = (
    "Half a step cannot be taken: the number of batches is an int. Which way do you round for drop_last, and "
    "which way without it?"
)


def steps_per_epoch(n, batch_size, drop_last):
    return n / batch_size
