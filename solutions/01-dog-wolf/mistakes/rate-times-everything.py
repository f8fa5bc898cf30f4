"""The learning rate multiplies the weights as well."""

CAUGHT_BY = ("step_of_two_weights",)
HINT = "Your learning rate multiplies the weights, too. Which part of w - lr * g does it belong to?"


def sgd_step(w, g, lr):
    return (w - g) * lr
