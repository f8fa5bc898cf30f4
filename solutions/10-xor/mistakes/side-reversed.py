"""0 and 1 the wrong way round."""

CAUGHT_BY = ("which_side_of_a_line", "perceptron_matches")
HINT = "Your answers are the opposite of ours. On which side of the line is x1 w1 + x2 w2 + b positive?"


def perceptron(X, w, b):
    return (X @ w + b < 0).astype(int)
