"""The columns are shifted and not scaled."""

CAUGHT_BY = ("two_columns_standardized",)
HINT = "The mean of each column is 0 now, but its deviation is what it was. What is each column divided by?"


def standardize(x):
    return x - x.mean(dim=0)
