"""p - y, the gradient with respect to the logit, where the one with respect to p is asked."""

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_is_the_slope")
HINT = (
    "p - y is the gradient with respect to the logit z, after the chain rule. "
    "Here it is with respect to p: the derivatives of log(p) and log(1 - p) leave a denominator."
)


def bce_backward(p, y):
    return (p - y) / p.size
