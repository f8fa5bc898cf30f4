"""The length of the first axis where the number of elements is asked."""

CAUGHT_BY = ("ranks_and_shapes", "descriptions_match")
HINT = "The length of a tensor is that of its first axis alone. How many numbers do all axes together hold?"


def describe(t):
    return t.dim(), tuple(t.shape), len(t) if t.dim() else 1
