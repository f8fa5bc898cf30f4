"""A step along the gradient, which leads uphill."""

CAUGHT_BY = ("step_of_two_weights", "step_matches", "loss_after_one_step_of_all_weights", "loss_falls_at_every_step")
HINT = (
    "Right size, wrong sign, so that the loss grows. Two signs decide the direction: that of the error inside the "
    "gradient (too large an output must be pushed down), and that of the step. Which of them is turned round?"
)


def sgd_step(w, g, lr):
    return w + lr * g
