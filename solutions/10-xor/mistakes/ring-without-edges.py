"""The edges are left out."""

CAUGHT_BY = ("ring_by_hand",)
HINT = "Points exactly 1 or 2 from the middle are in the ring. What does < say about equal numbers?"


def ring(X):
    length = np.sqrt((X**2).sum(axis=1, keepdims=True))
    return ((length > 1.0) & (length < 2.0)).astype(np.float64)
