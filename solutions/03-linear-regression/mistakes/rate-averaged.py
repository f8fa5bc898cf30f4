"""The learning rate is divided by the number of examples."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab",)
HINT = "Your steps are m times too short: the gradient is a mean already, and you divide by m once more."


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(hypothesis(X, W, b), y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr / len(X) * dW, b - lr / len(X) * db
    return W, b, costs
