"""One more than the full batches, also where nothing is left over."""

CAUGHT_BY = ("steps_of_the_lecture", "steps_match")
HINT = (
    "One too many where the batch size divides n: nothing is left over then. How do you round up without adding 1"
    " to a whole number?"
)


def steps_per_epoch(n, batch_size, drop_last):
    return n // batch_size + (0 if drop_last else 1)
