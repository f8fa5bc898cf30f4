"""1 is added at the true class."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes")
HINT = "At the true class you add 1. Every row of this gradient sums to 0: what happens to the 1 then?"


def cross_entropy_backward(z, y):
    return (softmax(z) + one_hot(y, z.shape[1])) / len(z)
