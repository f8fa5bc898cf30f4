"""z - one_hot: the scores are taken for probabilities."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes")
HINT = (
    "You subtract the labels from the scores themselves. Predicted minus true: what makes probabilities of the scores?"
)


def cross_entropy_backward(z, y):
    return (z - one_hot(y, z.shape[1])) / len(z)
