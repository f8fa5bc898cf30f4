"""Rows for columns."""

CAUGHT_BY = ("two_columns_standardized", "standardized_columns_match")
HINT = "You standardize rows. A column holds one feature of all examples: over which axis does its mean run?"


def standardize(x):
    return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)
