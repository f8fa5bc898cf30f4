"""The ramp climbs outside as well."""

import numpy as np

CAUGHT_BY = ("slopes_of_straight_lines", "slopes_of_pieces")
HINT = "Beyond the two corners the ramp is flat. How steep is something flat?"


def piecewise_linear_prime(z):
    return np.ones(z.shape)
