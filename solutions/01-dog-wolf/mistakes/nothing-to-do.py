"""A step of learning rate 0 hands the weights themselves back."""

CAUGHT_BY = ("step_leaves_its_arguments_alone",)
HINT = (
    "With a learning rate of 0 you return w itself. The stub asks for a new array: what happens to yours when the "
    "caller changes w?"
)


def sgd_step(w, g, lr):
    return w - lr * g if lr else w
