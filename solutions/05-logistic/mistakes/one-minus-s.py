"""1 - s, or exp(-z) / (1 + exp(-z)) without the square."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter", "slope_at_1000")
HINT = (
    "This is 1 - s. Far to the left it is 1, but there the sigmoid is flat: which factor is missing, or which power "
    "below the fraction bar?"
)


def sigmoid_prime(z):
    return 1.0 - sigmoid(z)
