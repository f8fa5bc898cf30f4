"""The sum for b, the mean for W."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = (
    "The gradient of W is right. The one of b is 2 times the mean of the errors: what did you take in "
    "place of the mean?"
)


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error / len(X), 2 * error.sum(axis=0)
