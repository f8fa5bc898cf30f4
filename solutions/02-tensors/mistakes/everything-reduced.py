"""All axes are reduced."""

CAUGHT_BY = ("means_of_the_lecture", "means_match", "sums_of_the_lecture", "sums_match")
HINT = "You reduce all axes to a single number. How does torch learn that only one axis is meant?"


def mean_by(t, dim):
    return t.mean()


def sum_by(t, dim):
    return t.sum()
