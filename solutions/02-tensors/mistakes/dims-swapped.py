"""The other axis of a matrix."""

CAUGHT_BY = ("means_of_the_lecture", "means_match", "sums_of_the_lecture", "sums_match")
HINT = (
    "dim=0 runs down the columns and removes the axis of the rows; dim=-1 is the last axis. Which axis is "
    "left in yours?"
)


def mean_by(t, dim):
    return t.mean(dim=t.dim() - 1 - dim % t.dim())


def sum_by(t, dim):
    return t.sum(dim=t.dim() - 1 - dim % t.dim())
