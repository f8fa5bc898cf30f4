"""y - s(z)."""

CAUGHT_BY = ("logit_gradient_by_hand", "logit_gradient_at_1000")
HINT = "Right, with the sign turned. If y is 1 and the logit grows, does the loss grow or fall?"


def bce_with_logits_backward(z, y):
    return (y - sigmoid(z)) / z.size
