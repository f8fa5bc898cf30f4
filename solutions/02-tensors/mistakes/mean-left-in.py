"""Scaled and not shifted."""

CAUGHT_BY = ("two_columns_standardized", "standardized_columns_match")
HINT = "The spread is right, the mean is not 0. Which of the two steps is missing?"


def standardize(x):
    return x / x.std(dim=0)
