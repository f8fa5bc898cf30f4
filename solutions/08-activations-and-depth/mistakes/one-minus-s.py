"""1 - s in place of s (1 - s)."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = (
    "This is 1 - s. Far to the left it is 1, but there the sigmoid is flat: which factor is missing, or which power "
    "below the fraction bar?"
)


def sigmoid_prime(z):
    return 1.0 - sigmoid(z)
