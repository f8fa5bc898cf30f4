"""Slices that count from the end, also for none."""

CAUGHT_BY = ("none_aside_or_all", "splits_of_all_sizes")
HINT = (
    "For val = 0 you put everybody aside. Are the two parts exchanged, or do you cut with [-val:]? ([-0:] is "
    "[0:], the whole array.)"
)


def train_val_split(n, val, rng):
    order = rng.permutation(n)
    return order[:-val], order[-val:]
