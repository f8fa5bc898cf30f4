"""Only the first centre counts."""

CAUGHT_BY = ("three_modes_by_hand",)
HINT = "Only the first centre counts in your label. What happens to the others?"


def three_modes(X, centres, radius):
    distance = np.sqrt(((X - centres[0]) ** 2).sum(axis=1, keepdims=True))
    return (distance <= radius).astype(np.float64)
