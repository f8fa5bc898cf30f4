"""The mean alone is divided by the deviation."""

CAUGHT_BY = ("two_columns_standardized",)
HINT = (
    "You divide the mean by the deviation, and subtract the quotient. Which operation comes first in a - b / c, "
    "and what do brackets change?"
)


def standardize(x):
    return x - x.mean(dim=0) / x.std(dim=0)
