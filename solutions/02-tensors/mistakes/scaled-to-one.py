"""The columns are scaled to the range from 0 to 1."""

CAUGHT_BY = ("two_columns_standardized",)
HINT = "Your columns go from 0 to 1. That is another way to scale: the task asks for the mean 0 and the deviation 1."


def standardize(x):
    return (x - x.min(dim=0).values) / (x.max(dim=0).values - x.min(dim=0).values)
