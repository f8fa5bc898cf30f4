"""The sigmoid itself for its slope."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = "This is the sigmoid itself, which is 1 far to the right. How steep is it there, and where is it steepest?"


def sigmoid_prime(z):
    return sigmoid(z)
