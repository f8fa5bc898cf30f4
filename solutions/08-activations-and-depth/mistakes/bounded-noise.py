"""The noise is spread evenly, with the right variance."""

import numpy as np

CAUGHT_BY = ("noise_around_the_parabola", "noise_and_line")
HINT = "Your noise has an end on both sides, and N(0, 1) has tails. Which distribution do you draw from?"


def make_quadratic(n, rng):
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
