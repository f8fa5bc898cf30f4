"""As the slide has it: sums for the weights, means for the biases."""

CAUGHT_BY = ("gradient_by_hand", "every_row_three_times", "gradient_is_the_slope", "gradient_on_the_xor_table")
HINT = (
    "Your biases are right, your weights exactly N times too large: the slide takes the sum over the rows for w1 "
    "and w2, and the mean for b1 and b2. Of which loss are these the slopes? Of none: what must all four have in "
    "common?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {
        "w1": X.T @ d_l1 * len(X),
        "b1": d_l1.sum(axis=0),
        "w2": cache["a1"].T @ d_l2 * len(X),
        "b2": d_l2.sum(axis=0),
    }
