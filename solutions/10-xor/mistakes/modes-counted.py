"""The label counts the near centres."""

CAUGHT_BY = ("labels_match",)
HINT = "Where two centres are near, your label is 2. Near to at least one: is that a count?"


def three_modes(X, centres, radius):
    distance = np.sqrt(((X[:, None, :] - centres) ** 2).sum(axis=2))
    return (distance <= radius).sum(axis=1, keepdims=True).astype(np.float64)
