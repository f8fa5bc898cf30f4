"""The gradient of b is a number without an axis."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = (
    "The gradient has the shape of its parameter, and b is (1,). Over which axis does its mean run, and what is left?"
)


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error / len(X), 2 * error.mean()
