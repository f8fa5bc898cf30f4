"""y - prediction."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = (
    "Right size, wrong sign: your steps lead uphill. Too large a prediction must have a positive error; "
    "how does yours begin?"
)


def cost_gradient(X, y, W, b):
    error = y - X @ W - b
    return 2 * X.T @ error / len(X), 2 * error.mean(axis=0)
