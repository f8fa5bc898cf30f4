"""The hole is forgotten."""

CAUGHT_BY = ("ring_by_hand",)
HINT = "Yours is a disk: the middle is in it. A ring has two edges; what is inside of the inner one?"


def ring(X):
    return (np.sqrt((X**2).sum(axis=1, keepdims=True)) <= 2.0).astype(np.float64)
