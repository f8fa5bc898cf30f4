"""The predictions in the place of the errors."""

CAUGHT_BY = ("gradient_by_hand", "gradient_on_both_sides_of_the_minimum", "gradient_is_the_slope", "gradient_matches")
HINT = (
    "Is y in your error, and what is 2 // m for m = 3? Without y this gradient is 0 at W = 0, and with // it always is."
)


def cost_gradient(X, y, W, b):
    predictions = X @ W + b
    return 2.0 * X.T @ predictions / len(X), 2.0 * predictions.mean(axis=0)
