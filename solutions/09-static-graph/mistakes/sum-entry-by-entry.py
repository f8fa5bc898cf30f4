"""* in place of @."""

CAUGHT_BY = ("sums_along_both_axes",)
HINT = "Entry by entry, a times ones is a again: nothing is added up. Which product multiplies and adds?"


def sum_along(a, axis, ones):
    return a * ones
