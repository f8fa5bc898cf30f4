"""The biases get no gradient."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "Your gradients of b1 and b2 are zero. A bias is added to every row: what does the cost do when it grows?"


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    zero = {name: np.zeros(params[name].shape) for name in ("b1", "b2")}
    return {"w1": X.T @ d_l1, "w2": cache["a1"].T @ d_l2} | zero
