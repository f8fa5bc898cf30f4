"""All weights start at 0."""

import numpy as np

CAUGHT_BY = ("generator_decides", "no_two_hidden_units_start_alike")
HINT = (
    "Zeros, or all alike: then all hidden units get equal gradients and stay equal, and the cost of XOR stays at "
    ".6931 = ln 2. What makes them differ?"
)


def init_params(hidden, rng):
    return {"w1": np.zeros((2, hidden)), "b1": np.zeros(hidden), "w2": np.zeros((hidden, 1)), "b2": np.zeros(1)}
