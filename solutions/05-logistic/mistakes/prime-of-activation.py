"""The argument is taken for the activation s, though it is z."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_agrees_with_differences", "slope_is_even")
HINT = (
    "This is z (1 - z). sigmoid_prime is given z, not the activation, and the formula is s (1 - s): "
    "what has to be computed before it?"
)


def sigmoid_prime(z):
    return z * (1.0 - z)
