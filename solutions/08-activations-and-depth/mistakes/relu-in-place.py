"""The negative numbers are overwritten in the array that was given."""

CAUGHT_BY = ("arguments_stay",)
HINT = "After your relu the caller's array had changed: an assignment to z[...] writes into it. Return a new array."


def relu(z):
    z[z < 0] = 0.0
    return z
