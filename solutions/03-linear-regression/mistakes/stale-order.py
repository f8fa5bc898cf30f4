"""W is updated before the gradient of b is computed."""

import numpy as np

CAUGHT_BY = ("first_step_of_the_lab", "fifty_steps_match", "descent_leaves_its_arguments_alone")
HINT = (
    "Your W is new already when the gradient of b is computed. Compute both gradients first, then take "
    "both steps: at which point is the slope of b meant?"
)


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(X @ W + b, y))
        W = W - lr * cost_gradient(X, y, W, b)[0]
        b = b - lr * cost_gradient(X, y, W, b)[1]
    return W, b, costs
