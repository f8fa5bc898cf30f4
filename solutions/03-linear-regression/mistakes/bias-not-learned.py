"""b stays where it began."""

import numpy as np

CAUGHT_BY = (
    "first_step_of_the_lab",
    "table_of_the_lab",
    "fifty_steps_match",
    "descent_leaves_its_arguments_alone",
)
HINT = "b never moves. Which of the two gradients do you use?"


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0.copy()
    costs = []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        W = W - lr * cost_gradient(X, y, W, b)[0]
    return W, b, costs
