"""sigmoid(1 - z) in place of 1 - sigmoid(z)."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter",)
HINT = "Your second factor is sigmoid(1 - z). Is the sigmoid taken first, or the difference?"


def sigmoid_prime(z):
    return sigmoid(z) * sigmoid(1 - z)
