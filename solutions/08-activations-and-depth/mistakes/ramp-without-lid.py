"""The ramp never ends."""

CAUGHT_BY = ("ramp_by_hand", "values[ramp]", "relations")
HINT = "Beyond z = 1/2 your ramp goes on climbing. It has a floor; where is its ceiling?"


def piecewise_linear(z):
    return np.maximum(z + 0.5, 0.0)
