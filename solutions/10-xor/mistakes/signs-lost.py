"""The size of the errors without their signs."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "Your errors have lost their signs. What tells a weight whether the answer was too high or too low?"


def backward(params, X, Y, cache):
    d_l2 = np.abs(cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
