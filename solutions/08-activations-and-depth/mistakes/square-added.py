"""1 + tanh²."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = "Your slope of tanh grows to 2 far out, where tanh is flat. With which sign does the square enter?"


def tanh_prime(z):
    return 1.0 + tanh(z) ** 2
