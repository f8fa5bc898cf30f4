"""The slope times z."""

CAUGHT_BY = ("slope_at_zero_is_one_quarter",)
HINT = "Your slope at 0 is 0: there is a factor z too many. The slope depends on s(z) alone."


def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1 - s) * z
