"""A step along the gradient, which leads uphill."""

CAUGHT_BY = ("step_of_two_weights", "step_matches", "loss_after_one_step_of_all_weights", "loss_falls_at_every_step")
HINT = "The gradient points to where the loss grows. Which way must a step go to make it smaller?"


def sgd_step(w, g, lr):
    return w + lr * g
