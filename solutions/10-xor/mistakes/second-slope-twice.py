"""The slope of the last sigmoid once more, after it has cancelled."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = (
    "y_pred - Y is the slope with respect to l2 already: the sigmoid's p(1 - p) has cancelled against the loss. "
    "How often is it in yours?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) * sigmoid_prime(cache["l2"]) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
