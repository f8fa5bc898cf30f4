"""X @ W - b."""

CAUGHT_BY = ("hypothesis_by_hand",)
HINT = "Your bias is subtracted. Does a line with a larger b lie higher or lower?"


def hypothesis(X, W, b):
    return X @ W - b
