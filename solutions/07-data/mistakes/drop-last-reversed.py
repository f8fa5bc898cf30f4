"""The two cases of drop_last are exchanged."""

CAUGHT_BY = ("steps_of_the_lecture",)
HINT = (
    "You count the short batch where it is dropped, and leave it out where it is kept. Which of your two branches "
    "is which?"
)


def steps_per_epoch(n, batch_size, drop_last):
    return math.ceil(n / batch_size) if drop_last else n // batch_size
