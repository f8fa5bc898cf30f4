"""Two permutations, one for each part."""

CAUGHT_BY = ("splits_of_all_sizes",)
HINT = (
    "Some examples are in both parts, and others in none: you draw two orders. Shuffle one array of indices: how "
    "do you get two parts out of it?"
)


def train_val_split(n, val, rng):
    return rng.permutation(n)[val:], rng.permutation(n)[:val]
