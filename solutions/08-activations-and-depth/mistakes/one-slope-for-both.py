"""tanh is given the formula of the sigmoid."""

CAUGHT_BY = ("slopes_of_curves", "slopes_agree_with_differences", "slopes_far_out")
HINT = "a (1 - a) is the slope of the sigmoid. tanh runs from -1 to 1: differentiate its quotient once by hand."


def tanh_prime(z):
    return tanh(z) * (1.0 - tanh(z))
