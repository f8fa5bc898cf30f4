"""The whole gradient is subtracted."""

CAUGHT_BY = ("step_of_two_weights",)
HINT = "You subtract the whole gradient. What is lr there for?"


def sgd_step(w, g, lr):
    return w - g
