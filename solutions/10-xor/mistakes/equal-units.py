"""Every hidden unit starts with the same weights."""

import numpy as np

CAUGHT_BY = ("no_two_weights_are_equal", "no_two_hidden_units_start_alike")
HINT = (
    "Your hidden units all start with the same weights. They get equal gradients and stay equal for ever: how "
    "many numbers must be drawn?"
)


def init_params(hidden, rng):
    w1 = np.repeat(rng.normal(size=(2, 1)), hidden, axis=1)
    w2 = np.repeat(rng.normal(size=(1, 1)), hidden, axis=0)
    return {"w1": w1, "b1": np.zeros(hidden), "w2": w2, "b2": np.zeros(1)}
