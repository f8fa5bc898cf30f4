"""z - y: the logit is taken for the probability."""

CAUGHT_BY = ("logit_gradient_by_hand", "logit_gradient_is_the_slope", "logit_gradient_follows_the_chain")
HINT = "This is (z - y) / n. A logit is no probability: what makes one of it?"


def bce_with_logits_backward(z, y):
    return (z - y) / z.size
