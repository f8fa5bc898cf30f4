"""A point must be near to every centre."""

CAUGHT_BY = ("three_modes_by_hand",)
HINT = "None of these points is near to all centres. To how many of them must a point be near?"


def three_modes(X, centres, radius):
    near = ((X[:, None] - centres) ** 2).sum(axis=2) <= radius**2
    return near.all(axis=1, keepdims=True).astype(float)
