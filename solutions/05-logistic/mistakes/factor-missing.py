"""The slope without its factor 1 - s."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_agrees_with_differences", "slope_is_even")
HINT = "You returned the sigmoid itself. Far out its slope is 0 on both sides: which factor makes it so on the right?"


def sigmoid_prime(z):
    return sigmoid(z)
