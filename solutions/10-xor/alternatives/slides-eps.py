"""As the slides write it: the loss and the sigmoid one after the other, 1e-7 in the denominator; 1/N in all four."""

import numpy as np


def backward(params, X, Y, cache):
    p = cache["y_pred"]
    d_p = (p - Y) / (p * (1.0 - p) + 1e-7)
    d_l2 = d_p * sigmoid_prime(cache["l2"])
    d_b2 = d_l2
    d_w2 = np.matmul(np.transpose(cache["a1"]), d_b2)
    d_a1 = np.matmul(d_b2, np.transpose(params["w2"]))
    d_l1 = d_a1 * sigmoid_prime(cache["l1"])
    d_b1 = d_l1
    d_w1 = np.matmul(np.transpose(X), d_b1)
    return {"w1": d_w1 / len(X), "b1": np.mean(d_b1, 0), "w2": d_w2 / len(X), "b2": np.mean(d_b2, 0)}


def train_mlp(params, X, Y, lr, steps):
    w1, b1, w2, b2 = (params[name] * 1.0 for name in ("w1", "b1", "w2", "b2"))
    costs = []
    for _ in range(steps):
        now = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
        cache = forward(now, X)
        y = cache["y_pred"]
        costs.append(-np.mean(Y * np.log(y + 1e-7) + (1 - Y) * np.log(1 - y + 1e-7)))
        d = backward(now, X, Y, cache)
        w1 = w1 - lr * d["w1"]
        b1 = b1 - lr * d["b1"]
        w2 = w2 - lr * d["w2"]
        b2 = b2 - lr * d["b2"]
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, costs
