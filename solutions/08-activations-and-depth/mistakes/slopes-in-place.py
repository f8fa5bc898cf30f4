"""The slopes are written into the array that was given."""

CAUGHT_BY = ("arguments_of_slopes_stay",)
HINT = "After your relu_prime the caller's z had changed: the ones and zeros were written into it. Whose array is z?"


def relu_prime(z):
    z[z > 0] = 1.0
    z[z < 0] = 0.0
    return z
