"""p (1 - p) is multiplied once more."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes")
HINT = (
    "You multiply by p (1 - p) as well. Loss and softmax are differentiated together here, and their factors "
    "cancel: what is left?"
)


def cross_entropy_backward(z, y):
    p = softmax(z)
    return (p - one_hot(y, z.shape[1])) * p * (1.0 - p) / len(z)
