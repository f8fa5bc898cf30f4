"""A difference quotient with a step of 0.001."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter",)
HINT = (
    "This is a quotient of differences: about right, and never exact. Which formula gives the slope from the "
    "sigmoid itself?"
)


def sigmoid_prime(z):
    return (sigmoid(z + 1e-3) - sigmoid(z)) / 1e-3
