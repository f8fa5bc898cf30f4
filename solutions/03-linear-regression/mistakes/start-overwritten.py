"""Steps in the caller's W0 and b0."""

import numpy as np

CAUGHT_BY = ("descent_leaves_its_arguments_alone",)
HINT = "After the descent the caller's W0 had changed. `W = W0` gives one array two names: what does `W -= …` do then?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        dW, db = cost_gradient(X, y, W, b)
        W -= lr * dW
        b -= lr * db
    return W, b, costs
