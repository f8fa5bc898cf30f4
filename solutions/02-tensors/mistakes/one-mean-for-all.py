"""Mean and deviation of the whole matrix."""

CAUGHT_BY = ("two_columns_standardized", "standardized_columns_match")
HINT = "You use one mean and one deviation for the whole matrix. Each column is a feature with a scale of its own."


def standardize(x):
    return (x - x.mean()) / x.std()
