"""The gradient of the sum with respect to the logits."""

CAUGHT_BY = (
    "logit_gradient_by_hand",
    "logit_gradient_at_1000",
    "logit_gradient_is_the_slope",
    "logit_gradient_follows_the_chain",
)
HINT = "Yours is n times the gradient, everywhere: the loss is a mean over n entries."


def bce_with_logits_backward(z, y):
    return sigmoid(z) - y
