"""The weights first."""

CAUGHT_BY = ("hypothesis_by_hand", "hypothesis_matches", "predicting_changes_nothing")
HINT = "X is (m, n), W is (n, 1): the inner sizes must meet, and m must come out in front. Which factor comes first?"


def hypothesis(X, W, b):
    return W @ X + b
