"""The factor 2 is missing for b only."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = (
    "The gradient of W is right, that of b exactly half. The 2 comes from the square: does it know what "
    "you differentiate by?"
)


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error / len(X), error.mean(axis=0)
