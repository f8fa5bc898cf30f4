"""A step and a cost more than epochs."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab", "table_of_the_lab", "costs_of_the_exams")
HINT = "You take one step more than epochs, and your list has one cost more. How often does your loop run?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs + 1):
        costs.append(cost(hypothesis(X, W, b), y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs
