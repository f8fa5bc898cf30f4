"""The gradient of b1 is averaged over the rows, and the 1/N is in there already."""

CAUGHT_BY = ("gradient_by_hand", "every_row_three_times")
HINT = (
    "Three gradients are right, that of b1 is too small: the 1/N of the mean is in d_l1 already. What is left to do "
    "with its rows?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.mean(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
