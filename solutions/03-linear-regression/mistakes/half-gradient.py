"""The factor 2 is missing: the gradient of 1/(2m)."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
    "first_step_of_the_lab",
    "fifty_steps_match",
)
HINT = (
    "Exactly half: that is the gradient of 1/(2m) times the sum, as on one slide. Here the cost is 1/m "
    "times the sum: which factor does a square bring down?"
)


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return X.T @ error / len(X), error.mean(axis=0)
