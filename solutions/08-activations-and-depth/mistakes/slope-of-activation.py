"""The argument is taken for the activation, though it is z."""

CAUGHT_BY = ("slopes_of_curves", "slopes_agree_with_differences", "slopes_far_out")
HINT = (
    "These are z (1 - z) and 1 - z². The derivatives are given z, not the activation: what has to be computed before "
    "the formula?"
)


def sigmoid_prime(z):
    return z * (1.0 - z)


def tanh_prime(z):
    return 1.0 - z**2
