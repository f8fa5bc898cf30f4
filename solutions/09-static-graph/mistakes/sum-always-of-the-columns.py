"""The axis is not looked at."""

CAUGHT_BY = ("sums_along_both_axes",)
HINT = "Your sum goes along axis 1, whatever axis says. What must change for axis 0?"


def sum_along(a, axis, ones):
    return a @ ones
