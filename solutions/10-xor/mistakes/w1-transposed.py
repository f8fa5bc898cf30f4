"""The gradient of w1, transposed."""

CAUGHT_BY = ("gradient_by_hand",)
HINT = (
    "The gradient of w1 is transposed: its two sizes are equal here, so that the shape does not tell. Which index "
    "of w1 counts the inputs, and which the units?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": (X.T @ d_l1).T, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
