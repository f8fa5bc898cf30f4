"""size is taken for the number of batches."""

CAUGHT_BY = ("sentences_in_batches_of_two", "batches_match")
HINT = (
    "You make `size` batches. It is the number of examples in a batch: how many batches do 5 examples "
    "make, 2 at a time?"
)


def batches(x, size):
    return list(x.chunk(size))
