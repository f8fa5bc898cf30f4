"""Drawn with replacement; the last ones fill what is missing."""

CAUGHT_BY = ("splits_are_drawn",)
HINT = "Some are put aside more often than others. Who takes the place of an index that was drawn twice?"


def train_val_split(n, val, rng):
    drawn = np.unique(rng.integers(n, size=val)) if val else np.arange(0)
    rest = np.setdiff1d(np.arange(n), drawn)
    return rest[: n - val], np.concatenate([drawn, rest[n - val :]])
