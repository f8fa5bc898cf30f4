"""Weights as nn.Linear keeps them: a row for each output."""

import numpy as np

CAUGHT_BY = ("start_has_the_right_shapes",)
HINT = (
    "A row for each output: so nn.Linear keeps its weights. Here X @ w1 is computed as it stands; which shape "
    "must w1 have?"
)


def init_params(hidden, rng):
    return {
        "w1": rng.normal(size=(hidden, 2)),
        "b1": np.zeros(hidden),
        "w2": rng.normal(size=(1, hidden)),
        "b2": np.zeros(1),
    }
