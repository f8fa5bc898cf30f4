"""The gradient of w2 from l1."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "Only w2 is wrong. l2 = a1 @ w2 + b2: what is each of its weights multiplied with, l1 or a1?"


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["l1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
