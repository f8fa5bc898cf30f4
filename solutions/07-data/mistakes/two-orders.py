"""Each part of the split is cut out of an order of its own."""

CAUGHT_BY = ("three_of_ten_aside",)
HINT = (
    "Some examples are in both of your parts, and others in none. How many random orders do you draw, and how "
    "many does one division need?"
)


def train_val_split(n, val, rng):
    return rng.permutation(n)[val:], rng.permutation(n)[:val]
