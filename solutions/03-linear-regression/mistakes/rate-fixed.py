"""The learning rate of the lab, whatever lr is."""

import numpy as np

CAUGHT_BY = ("costs_of_the_exams",)
HINT = (
    "You always step with the rate .01 of the lab, and on the exams the costs explode. Which argument says how "
    "large the steps are?"
)


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0
    b = np.zeros(1) if b0 is None else b0
    costs = []
    for _ in range(epochs):
        costs.append(cost(hypothesis(X, W, b), y))
        dW, db = cost_gradient(X, y, W, b)
        W, b = W - 0.01 * dW, b - 0.01 * db
    return W, b, costs
