"""One row and one unit at a time; other lines; a generator that draws number by number."""

import math

import numpy as np


def perceptron(X, w, b):
    return np.array([1.0 if x1 * w[0] + x2 * w[1] + b >= 0 else 0.0 for x1, x2 in X])


def and_weights():
    return np.array([0.5, 0.5]), -0.7


def or_weights():
    return np.array([20.0, 20.0]), -10


def handset_mlp(X):
    def s(z):
        return 1 / (1 + math.exp(-z))

    rows = []
    for x1, x2 in X:
        y1, y2 = s(5 * x1 + 5 * x2 - 8), s(-7 * x1 - 7 * x2 + 3)
        rows.append([s(-11 * y1 - 11 * y2 + 6)])
    return np.array(rows)


def init_params(hidden, rng):
    w1 = np.array([[rng.uniform(-0.7, 0.7) for _ in range(hidden)] for _ in range(2)])
    b1 = np.array([rng.uniform(-0.7, 0.7) for _ in range(hidden)])
    w2 = np.array([[rng.uniform(-0.7, 0.7)] for _ in range(hidden)])
    return {"w1": w1, "b1": b1, "w2": w2, "b2": np.array([rng.uniform(-0.7, 0.7)])}


def forward(params, X):
    n, h = len(X), params["w1"].shape[1]
    l1, a1, l2, y = np.zeros((n, h)), np.zeros((n, h)), np.zeros((n, 1)), np.zeros((n, 1))
    for i in range(n):
        for j in range(h):
            l1[i, j] = X[i, 0] * params["w1"][0, j] + X[i, 1] * params["w1"][1, j] + params["b1"][j]
            a1[i, j] = sigmoid(l1[i, j])
        l2[i, 0] = sum(a1[i, j] * params["w2"][j, 0] for j in range(h)) + params["b2"][0]
        y[i, 0] = sigmoid(l2[i, 0])
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": y}


def backward(params, X, Y, cache):
    found = {name: np.zeros_like(value) for name, value in params.items()}
    for i in range(len(X)):
        error = (cache["y_pred"][i, 0] - Y[i, 0]) / len(X)
        found["b2"][0] += error
        for j in range(params["w1"].shape[1]):
            a = cache["a1"][i, j]
            found["w2"][j, 0] += error * a
            passed = error * params["w2"][j, 0] * a * (1 - a)
            found["b1"][j] += passed
            for k in range(2):
                found["w1"][k, j] += passed * X[i, k]
    return found


def train_mlp(params, X, Y, lr, steps):
    params, costs = {name: np.array(value) for name, value in params.items()}, []
    l1 = X @ params["w1"]  # the products by arrays here: 40,000 rows by loops would take seconds
    for _ in range(steps):
        l1 = X @ params["w1"] + params["b1"]
        a1 = 1 / (1 + np.exp(-l1))
        y = 1 / (1 + np.exp(-(a1 @ params["w2"] + params["b2"])))
        costs.append(float(np.where(Y == 1, -np.log(y), -np.log(1 - y)).sum()) / len(X))
        error = y - Y
        passed = (error * params["w2"][:, 0]) * a1 * (1 - a1)
        params["w1"] -= lr / len(X) * X.T @ passed
        params["b1"] -= lr / len(X) * passed.sum(0)
        params["w2"] -= lr / len(X) * a1.T @ error
        params["b2"] -= lr / len(X) * error.sum(0)
    return params, costs
