"""1/m is missing in both parts."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
    "first_step_of_the_lab",
    "fifty_steps_match",
)
HINT = "Your gradient is m times too large: it belongs to the sum of the squares. Where has the mean gone?"


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 * X.T @ error, 2 * error.sum(axis=0)
