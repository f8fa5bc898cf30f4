"""The two axes are swapped."""

CAUGHT_BY = ("sums_along_both_axes",)
HINT = (
    "Your axes are swapped, so the shapes do not meet: axis 0 is the one that disappears, and it has N "
    "entries. On which side of a must the ones stand?"
)


def sum_along(a, axis, ones):
    return a @ ones if axis == 0 else ones @ a
