"""Without a start, W begins at one."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab", "costs_of_the_exams")
HINT = "Without W0 your W begins at one. The first cost of the lab is 14/3: which W and b have that cost?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.ones((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(hypothesis(X, W, b), y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs
