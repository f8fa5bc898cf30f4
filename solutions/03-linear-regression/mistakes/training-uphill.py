"""The steps go along the gradient, uphill."""

import numpy as np

CAUGHT_BY = ("table_of_the_lab", "costs_of_the_exams")
HINT = "Your costs rise from step to step. In which direction does the gradient point, and in which do you want to go?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(hypothesis(X, W, b), y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W + lr * dW, b + lr * db
    return W, b, costs
