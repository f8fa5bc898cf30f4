"""The slope of the sigmoid once more."""

CAUGHT_BY = ("logit_gradient_by_hand",)
HINT = (
    "You multiply by p (1 - p), the slope of the sigmoid. It has cancelled against the denominator of dL/dp: what "
    "is left of the product?"
)


def bce_with_logits_backward(z, y):
    return (sigmoid(z) - y) * sigmoid_prime(z) / z.size
