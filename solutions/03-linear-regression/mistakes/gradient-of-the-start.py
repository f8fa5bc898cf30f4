"""The gradient stands before the loop."""

import numpy as np

CAUGHT_BY = ("table_of_the_lab", "costs_of_the_exams", "fifty_steps_match")
HINT = "Every step uses the slope of the start. What has to be computed anew after W and b have moved?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    dW, db = cost_gradient(X, y, W, b)
    costs = []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        W, b = W - lr * dW, b - lr * db
    return W, b, costs
