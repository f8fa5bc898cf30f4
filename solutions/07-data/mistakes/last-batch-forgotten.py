"""Only full batches are counted."""

CAUGHT_BY = ("steps_of_the_lecture", "steps_match")
HINT = "You count full batches only. Without drop_last the rest makes a batch, too: when is there a rest?"


def steps_per_epoch(n, batch_size, drop_last):
    return n // batch_size
