"""The exponential of the module math, which takes a single number."""

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = "math.exp takes a single number, and z is an array. Whose exp works on all entries at once?"


def sigmoid(z):
    import math

    return 1.0 / (1.0 + math.exp(-z))
