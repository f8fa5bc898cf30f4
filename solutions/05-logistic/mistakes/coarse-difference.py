"""A difference quotient with a step of 0.1."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_at_1000")
HINT = (
    "This is a quotient of differences: about right, and never exact. Which formula gives the slope from the "
    "sigmoid itself?"
)


def sigmoid_prime(z):
    return (sigmoid(z + 0.1) - sigmoid(z)) / 0.1
