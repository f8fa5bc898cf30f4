"""The derivative of -log p with respect to p, not to the scores."""

CAUGHT_BY = ("gradient_by_hand",)
HINT = (
    "-1/p is the slope with respect to the probability. The task asks for the one with respect to the scores: the "
    "softmax lies between."
)


def cross_entropy_backward(z, y):
    return -one_hot(y, z.shape[1]) / softmax(z) / len(z)
