"""W stays where it began."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab",)
HINT = "Only b moves; W is what it was at the start. Which two lines does a step have?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(hypothesis(X, W, b), y))
        _, db = cost_gradient(X, y, W, b)
        b = b - lr * db
    return W, b, costs
