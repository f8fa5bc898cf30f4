"""The gradient of b is divided by m twice."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = "The gradient of b is m times too small: a mean is divided by m already. How many divisions does yours do?"


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error / len(X), 2 * error.mean(axis=0) / len(X)
