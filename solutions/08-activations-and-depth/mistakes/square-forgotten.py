"""1 - tanh(z), without the square."""

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = (
    "This is 1 - tanh(z), which is 2 far to the left. A slope of tanh is the same at z and -z: what makes it so in "
    "the formula?"
)


def tanh_prime(z):
    return 1.0 - tanh(z)
