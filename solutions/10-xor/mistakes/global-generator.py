"""np.random instead of the generator that is given."""

import numpy as np

CAUGHT_BY = ("one_generator_gives_one_start", "generator_decides")
HINT = "The same generator led to different weights. Your draws come from np.random: what is rng there for?"


def init_params(hidden, rng):
    return {
        "w1": np.random.randn(2, hidden),
        "b1": np.zeros(hidden),
        "w2": np.random.randn(hidden, 1),
        "b2": np.zeros(1),
    }
