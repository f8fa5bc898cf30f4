"""2 // m is 0 for m above 2."""

CAUGHT_BY = (
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = (
    "Is y in your error, and what is 2 // m for m = 3? Without y this gradient is 0 at W = 0, and with // it always is."
)


def cost_gradient(X, y, W, b):
    error = X @ W + b - y
    return 2 // len(X) * X.T @ error, 2 // len(X) * error.sum(axis=0)
