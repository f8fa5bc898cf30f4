"""y_pred is clipped to [.01, .99]."""

import numpy as np

CAUGHT_BY = ("gradient_of_a_nearly_certain_net", "gradient_of_the_nearly_certain")
HINT = "Right as long as y_pred stays away from 0 and 1. You clip it: how much may an answer of .999 still learn then?"


def backward(params, X, Y, cache):
    d_l2 = (np.clip(cache["y_pred"], 0.01, 0.99) - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
