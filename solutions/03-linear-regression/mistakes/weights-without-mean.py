"""1/m is missing for the weights only."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = "The gradient of b is right, that of W is m times too large. What do the two sums have in common?"


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error, 2 * error.mean(axis=0)
