"""The gradient of the logits as a product of two others, one of which vanishes far out."""

CAUGHT_BY = ("logit_gradient_at_1000", "logit_gradient_far_out")
HINT = (
    "Right near 0, lost at ±1000: there dL/dp is clipped and the slope of the sigmoid is 0, and their product is not "
    "what it should be. On paper the denominator cancels; let it."
)


def bce_with_logits_backward(z, y):
    return bce_backward(sigmoid(z), y) * sigmoid_prime(z)
