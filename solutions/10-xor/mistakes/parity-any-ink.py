"""1 where there is any ink."""

CAUGHT_BY = ("parity_of_two_pixels",)
HINT = "Your label is 1 for two pixels of ink as well: it says whether there is any. Is two odd?"


def parity(X):
    return (X.sum(axis=1, keepdims=True) > 0).astype(np.float64)
