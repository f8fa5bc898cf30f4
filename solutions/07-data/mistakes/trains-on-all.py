"""Those put aside are trained on as well."""

CAUGHT_BY = ("three_of_ten_aside", "splits_of_all_sizes")
HINT = (
    "Those put aside are still among those to train on: then validation only shows what was learnt by heart. Who "
    "is left to train on?"
)


def train_val_split(n, val, rng):
    order = rng.permutation(n)
    return order, order[:val]
