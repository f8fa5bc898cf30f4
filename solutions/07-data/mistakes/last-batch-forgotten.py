"""Only full batches are counted."""

CAUGHT_BY = ("steps_of_the_lecture", "steps_match")
HINT = (
    "The rest makes a batch, too, however small it is. Without drop_last, do you leave it out, or round to the "
    "nearest number?"
)


def steps_per_epoch(n, batch_size, drop_last):
    return n // batch_size
