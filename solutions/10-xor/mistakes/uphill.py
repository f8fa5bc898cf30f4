"""True minus predicted."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = (
    "Every sign is turned: with these gradients the cost would rise. Is the error predicted minus true, or true "
    "minus predicted?"
)


def backward(params, X, Y, cache):
    d_l2 = (Y - cache["y_pred"]) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
