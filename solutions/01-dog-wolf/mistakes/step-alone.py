"""The step itself is returned, not where it leads."""

CAUGHT_BY = ("step_of_two_weights",)
HINT = "You return how far to go, not where you arrive. Where does the step begin?"


def sgd_step(w, g, lr):
    return lr * g
