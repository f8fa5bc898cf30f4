"""The caller's matrix is multiplied."""

CAUGHT_BY = ("scaling_leaves_its_arguments_alone",)
HINT = "After your call the caller's m had changed. What do `m *= s` and every method with an underscore at its end do?"


def scale_rows(m, s):
    return m.mul_(s)
