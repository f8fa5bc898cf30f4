"""The rank of linear algebra, where the number of axes is asked."""

CAUGHT_BY = ("ranks_and_shapes", "descriptions_match")
HINT = "Rank has two meanings. Here it is the number of axes: how many indices does it take to name one number?"


def describe(t):
    return t.shape[0] if t.dim() else 0, tuple(t.shape), t.numel()
