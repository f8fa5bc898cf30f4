"""The caller's data are standardized."""

CAUGHT_BY = ("standardizing_leaves_x_alone",)
HINT = "After your call the caller's x had changed. How do `x -= mean` and `x = x - mean` differ?"


def standardize(x):
    x -= x.mean(dim=0)
    x /= x.std(dim=0)
    return x
