"""The gradient is divided by the learning rate."""

CAUGHT_BY = ("step_of_two_weights",)
HINT = "You divide by lr, so that a small rate makes a giant step. What should a learning rate of 0 do?"


def sgd_step(w, g, lr):
    return w - g / lr
