"""The caller's tensor is divided, then summed."""

CAUGHT_BY = ("means_of_the_lecture", "means_match")
HINT = "After your mean the caller's t is smaller: `/=` writes into the tensor that you were given. Divide the sum."


def mean_by(t, dim):
    t /= t.shape[dim]
    return t.sum(dim=dim)
