"""The label is subtracted before the sigmoid."""

CAUGHT_BY = ("logit_gradient_by_hand",)
HINT = (
    "You subtract the label from the logit, and take the sigmoid then. The error is a probability minus a label: "
    "what comes first?"
)


def bce_with_logits_backward(z, y):
    return sigmoid(z - y) / z.size
