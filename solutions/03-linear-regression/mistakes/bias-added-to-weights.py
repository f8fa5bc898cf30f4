"""The bias is added to the weights."""

CAUGHT_BY = ("hypothesis_by_hand",)
HINT = "You add b to the weights, so that it is multiplied by the features. Where does the bracket end?"


def hypothesis(X, W, b):
    return X @ (W + b)
