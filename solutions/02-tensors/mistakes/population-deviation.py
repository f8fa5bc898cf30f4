"""n in place of n - 1."""

CAUGHT_BY = ("two_columns_standardized", "standardized_columns_match")
HINT = "Your deviation divides by n. Here it is n - 1, as torch does by itself: which argument changed that?"


def standardize(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, unbiased=False)
