"""The loss is handed probabilities as if they were logits."""

CAUGHT_BY = (
    "loss_by_hand",
    "loss_of_the_lecture",
    "loss_matches",
    "loss_is_a_surprise",
    "gradient_by_hand",
    "gradient_is_the_slope",
)
HINT = "This is the softmax of a softmax. The argument z holds logits, and the loss turns them into probabilities once."

once, once_backward = cross_entropy, cross_entropy_backward


def cross_entropy(z, y):
    return once(softmax(z), y)


def cross_entropy_backward(z, y):
    return once_backward(softmax(z), y)
