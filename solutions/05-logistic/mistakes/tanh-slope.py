"""1 - s², the slope of tanh."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_agrees_with_differences")
HINT = "1 - a² is the slope of tanh. Differentiate 1 / (1 + exp(-z)) once by hand and compare."


def sigmoid_prime(z):
    return 1.0 - sigmoid(z) ** 2
