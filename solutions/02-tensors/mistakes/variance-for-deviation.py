"""Divided by the variance."""

CAUGHT_BY = ("two_columns_standardized", "standardized_columns_match")
HINT = "You divide by the variance. In which unit is it, if x is in metres?"


def standardize(x):
    return (x - x.mean(dim=0)) / x.var(dim=0)
