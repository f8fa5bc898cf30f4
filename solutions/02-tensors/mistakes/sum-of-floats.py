"""Integers are added as floats."""

CAUGHT_BY = ("sums_of_whole_numbers", "sums_match")
HINT = "The sum of integers is an integer. What changes the type of number in your code?"


def sum_by(t, dim):
    return t.sum(dim=dim, dtype=t.dtype if t.is_floating_point() else torch.float32)
