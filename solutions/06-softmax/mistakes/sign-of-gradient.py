"""True minus predicted."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes", "gradient_is_the_slope")
HINT = "Right, with the sign turned. If the score of the true class grows, does the loss grow?"


def cross_entropy_backward(z, y):
    return (one_hot(y, z.shape[1]) - softmax(z)) / len(z)
