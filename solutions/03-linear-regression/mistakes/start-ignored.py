"""Always from zero."""

import numpy as np

CAUGHT_BY = ("table_of_the_lab", "long_run_on_the_exams", "fifty_steps_match", "costs_from_another_start")
HINT = "You begin at zero whatever the caller hands you. When are W0 and b0 to be used, and when are zeros?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W, b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs
