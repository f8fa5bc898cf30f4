"""A seed of its own, whatever generator is given."""

import numpy as np

CAUGHT_BY = ("one_generator_gives_one_start", "generator_decides")
HINT = "Two different generators led to the same weights. Who draws them, if not the generator that you are given?"


def init_params(hidden, rng):
    rng = np.random.default_rng(0)
    return {
        "w1": rng.normal(size=(2, hidden)),
        "b1": np.zeros(hidden),
        "w2": rng.normal(size=(hidden, 1)),
        "b2": np.zeros(1),
    }
