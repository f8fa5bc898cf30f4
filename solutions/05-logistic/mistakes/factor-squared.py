"""s * (1 - s)²: the second factor twice."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_at_1000")
HINT = "Yours is one eighth at 0, where s and 1 - s are one half each. How many halves make one quarter?"


def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1.0 - s) ** 2
