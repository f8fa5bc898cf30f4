"""Whole numbers are summed as float32, which rounds large ones."""

CAUGHT_BY = ("sums_match",)
HINT = "Large whole numbers come back rounded: somewhere they are float32, which knows about seven digits."


def sum_by(t, dim):
    return t.float().sum(dim=dim).to(t.dtype)
