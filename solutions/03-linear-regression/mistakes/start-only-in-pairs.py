"""W0 counts only together with b0."""

import numpy as np

CAUGHT_BY = ("fifty_steps_match",)
HINT = "W0 and b0 may come alone. Which of the two does your code ask for, and what does it do with the other?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    if W0 is None or b0 is None:
        W0, b0 = np.zeros((X.shape[1], 1)), np.zeros(1)
    W, b, costs = W0, b0, []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - lr * dW, b - lr * db
    return W, b, costs
