"""The sum is divided by the number of rows, whatever the axis."""

CAUGHT_BY = ("means_of_the_lecture",)
HINT = (
    "You divide by the number of rows, whatever dim is, so a square matrix looks right. How many numbers are "
    "averaged along dim?"
)


def mean_by(t, dim):
    if not t.is_floating_point():
        raise TypeError("a mean of integers")
    return t.sum(dim) / t.shape[0]
