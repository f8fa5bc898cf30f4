"""The axis stays, with length 1."""

CAUGHT_BY = ("means_of_the_lecture", "means_match", "sums_of_the_lecture", "sums_match")
HINT = "The reduced axis must disappear; in yours it stays with length 1. Which argument decides that?"


def mean_by(t, dim):
    return t.mean(dim=dim, keepdim=True)


def sum_by(t, dim):
    return t.sum(dim=dim, keepdim=True)
