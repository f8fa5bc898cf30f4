"""The gradient of the sum, not of the mean."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "Yours is N times the gradient, everywhere. What does the mean in L do to its derivative?"


def cross_entropy_backward(z, y):
    return softmax(z) - one_hot(y, z.shape[1])
