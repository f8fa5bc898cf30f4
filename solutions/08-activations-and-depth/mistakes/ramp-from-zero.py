"""The ramp starts at 0, not at -1/2."""

CAUGHT_BY = ("ramp_by_hand", "values[ramp]", "relations")
HINT = "Your ramp climbs from 0 to 1. It should be halfway up at z = 0: where does it begin?"


def piecewise_linear(z):
    return np.clip(z, 0.0, 1.0)
