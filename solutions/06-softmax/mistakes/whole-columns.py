"""The 1 is taken from whole columns: p[:, y] names every row."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes", "gradient_is_the_slope")
HINT = (
    "You take 1 from more than one probability of a row. Each row has one true class: how do you name one entry of "
    "each row?"
)


def cross_entropy_backward(z, y):
    p = softmax(z)
    p[:, y] -= 1.0
    return p / len(z)
