"""b is taken for a threshold that the weighted sum must pass."""

CAUGHT_BY = ("which_side_of_a_line", "perceptron_matches")
HINT = (
    "Your line does not lie where b puts it. Is the bias added to the weighted sum, and is the result compared with 0?"
)


def perceptron(X, w, b):
    return (X @ w > b).astype(int)
