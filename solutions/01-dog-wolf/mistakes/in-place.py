"""The step is taken in the caller's array."""

CAUGHT_BY = ("step_leaves_its_arguments_alone",)
HINT = "Return a new array: after your step, the caller's w had changed. How do `w -= a` and `w = w - a` differ?"


def sgd_step(w, g, lr):
    w -= lr * g
    return w
