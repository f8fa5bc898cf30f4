"""The bias has no part in the predictions."""

CAUGHT_BY = ("hypothesis_by_hand", "hypothesis_matches", "predicting_changes_nothing")
HINT = "Your predictions do not change with b. What does a line do that has no bias?"


def hypothesis(X, W, b):
    return X @ W
