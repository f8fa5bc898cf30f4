"""Each probability is differentiated by its own score only, as if the row's sum stood still."""

CAUGHT_BY = ("gradient_by_hand", "gradient_pulls_and_pushes", "gradient_is_the_slope")
HINT = (
    "Right at the true classes, 0 elsewhere. But every score of a row stands in the row's sum: "
    "what does raising another class's score do to the probability of the true one?"
)


def cross_entropy_backward(z, y):
    return one_hot(y, z.shape[1]) * (softmax(z) - 1.0) / len(z)
