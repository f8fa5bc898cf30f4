"""Divided by the number of classes."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "You divide by the number of classes. The loss is a mean over the rows: which axis counts them?"


def cross_entropy_backward(z, y):
    return (softmax(z) - one_hot(y, z.shape[1])) / z.shape[1]
