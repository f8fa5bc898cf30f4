"""One more cost than steps."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab", "costs_of_the_exams", "fifty_steps_match", "costs_from_another_start")
HINT = "There is one cost for each step, the one before it. Which one is too many in your list?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = [cost(X @ W + b, y)]
    for _ in range(epochs):
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
        costs.append(cost(X @ W + b, y))
    return W, b, costs
