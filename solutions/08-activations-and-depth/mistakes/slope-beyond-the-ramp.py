"""The slope of the ramp does not end at its upper corner."""

CAUGHT_BY = ("slopes_of_straight_lines",)
HINT = (
    "Your ramp has a slope beyond its upper corner, where it is flat. At how many places does the slope of "
    "piecewise_linear change?"
)


def piecewise_linear_prime(z):
    return np.where(z > -0.5, 1.0, 0.0)
