"""s (1 + s): a plus where a minus belongs."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = (
    "This is s (1 + s), which is 2 far to the right. The sigmoid is flat there: what must your second factor become "
    "where s is 1?"
)


def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1.0 + s)
