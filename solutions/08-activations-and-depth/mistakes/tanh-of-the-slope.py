"""1 - z²: the argument is squared, not its tanh."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = (
    "This is 1 - z², which falls without end. tanh_prime is given z, and the formula squares the activation: what "
    "has to be computed first?"
)


def tanh_prime(z):
    return 1.0 - z**2
