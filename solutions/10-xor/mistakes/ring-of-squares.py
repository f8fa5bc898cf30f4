"""The squared length is compared with 1 and 2."""

CAUGHT_BY = ("ring_by_hand",)
HINT = "Your ring ends at the root of 2: you compare the square of the length. Which lengths squared are its edges?"


def ring(X):
    square = (X**2).sum(axis=1, keepdims=True)
    return ((square >= 1.0) & (square <= 2.0)).astype(np.float64)
