"""The 1 is taken from whole columns: p[:, y] names every row."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes", "gradient_is_the_slope")
HINT = "p[:, y] names the columns y in EVERY row. Each row has one true class: how do you name one entry per row?"


def cross_entropy_backward(z, y):
    p = softmax(z)
    p[:, y] -= 1.0
    return p / len(z)
