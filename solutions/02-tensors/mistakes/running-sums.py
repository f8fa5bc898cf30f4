"""Running sums in place of the sums."""

CAUGHT_BY = ("sums_of_the_lecture",)
HINT = (
    "These are running sums: every entry adds those before it, and the axis stays. Which function gives the last "
    "of them only?"
)


def sum_by(t, dim):
    return t.cumsum(dim)
