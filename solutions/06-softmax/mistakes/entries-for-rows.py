"""Divided by the number of all entries."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes")
HINT = "You divide by all N K entries. Each row pays once: the mean of the loss runs over what?"


def cross_entropy_backward(z, y):
    return (softmax(z) - one_hot(y, z.shape[1])) / z.size
