"""As many columns as there are labels to be seen, not k of them."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand", "one_hot_matches")
HINT = "A class that nobody is in needs its column as well. How many columns does k ask for?"


def one_hot(y, k):
    return np.eye(y.max() + 1)[y]
