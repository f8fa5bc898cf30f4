"""1 is taken from every probability, not from that of the true class alone."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes")
HINT = (
    "You take 1 from more than one probability of a row. Each row has one true class: how do you name one entry of "
    "each row?"
)


def cross_entropy_backward(z, y):
    return (softmax(z) - 1.0) / len(z)
