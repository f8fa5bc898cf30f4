"""The two parts in the other order."""

CAUGHT_BY = ("three_of_ten_aside", "splits_of_all_sizes")
HINT = "The parts are exchanged: first those to train on, then those to validate with. Which is which in yours?"


def train_val_split(n, val, rng):
    order = rng.permutation(n)
    return order[:val], order[val:]
