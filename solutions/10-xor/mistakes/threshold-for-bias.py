"""b is taken for a threshold that the weighted sum must pass."""

CAUGHT_BY = ("which_side_of_a_line", "perceptron_matches")
HINT = "You compare the weighted sum with b. The bias is added to the sum: with what is the result compared then?"


def perceptron(X, w, b):
    return (X @ w > b).astype(int)
