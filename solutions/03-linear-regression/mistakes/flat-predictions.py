"""A flat array for a column."""

CAUGHT_BY = ("hypothesis_by_hand", "hypothesis_matches", "predicting_changes_nothing")
HINT = "Right values, but flat: a column (m, 1) was asked for. What would this minus a column y be?"


def hypothesis(X, W, b):
    return (X @ W + b).ravel()
