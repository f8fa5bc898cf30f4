"""s * (1 - z): the second factor forgets the sigmoid."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_agrees_with_differences", "slope_is_even")
HINT = "This is s (1 - z). Both factors of the slope are made of the activation: one of yours forgets the sigmoid."


def sigmoid_prime(z):
    return sigmoid(z) * (1.0 - z)
