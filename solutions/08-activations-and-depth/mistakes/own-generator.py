"""A generator of its own in the place of the given one."""

import numpy as np

CAUGHT_BY = ("one_generator_gives_one_set_of_points", "all_chance_comes_from_rng")
HINT = "The points do not depend on the generator that you are given. Where do your random numbers come from?"


def make_quadratic(n, rng):
    x = np.random.uniform(-15.0, 15.0, size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + np.random.normal(size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
