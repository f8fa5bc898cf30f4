"""One step fewer than epochs."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab", "table_of_the_lab", "fifty_steps_match")
HINT = "There are as many costs as epochs, but one step fewer. Does the last round end with a step as well?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = [cost(X @ W + b, y)]
    for _ in range(epochs - 1):
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
        costs.append(cost(X @ W + b, y))
    return W, b, costs
