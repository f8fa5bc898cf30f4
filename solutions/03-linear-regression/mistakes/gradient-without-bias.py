"""The bias is left out of the prediction inside the gradient."""

CAUGHT_BY = (
    "gradient_by_hand",
    "gradient_is_the_slope",
    "gradient_matches",
    "gradient_leaves_its_arguments_alone",
)
HINT = "Right where b is 0, wrong elsewhere. What is the prediction, inside the gradient as well?"


def cost_gradient(X, y, W, b):
    error = X @ W - y
    return 2 * X.T @ error / len(X), 2 * error.mean(axis=0)
