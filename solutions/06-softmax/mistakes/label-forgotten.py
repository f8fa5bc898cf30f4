"""The probabilities alone; the labels play no part."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes", "gradient_is_the_slope")
HINT = "Every score is pushed down, none is pulled up. Where does y come into your gradient?"


def cross_entropy_backward(z, y):
    return softmax(z) / len(z)
