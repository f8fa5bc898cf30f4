"""sigmoid_prime is given a1."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "b2 and w2 are right, b1 and w1 are not: sigmoid_prime wants what went into the sigmoid. Is that a1 or l1?"


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["a1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
