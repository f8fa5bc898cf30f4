"""Linear regression."""

import numpy as np


class LinearRegression:
    """Least squares by gradient descent."""

    def __init__(self, lr=0.1, steps=200):
        self.lr = lr
        self.steps = steps
        self.w = None

    def fit(self, X, y):
        """Fit the weights and return self."""
        ### BEGIN SOLUTION
        self.w = np.zeros(X.shape[1])
        for _ in range(self.steps):
            self.w -= self.lr * X.T @ (X @ self.w - y) / len(y)
        return self
        ### END SOLUTION

    def predict(self, X):
        """Return the predictions for X."""
        ### BEGIN SOLUTION
        if self.w is None:
            raise NotFittedError("call fit first")
        return X @ self.w
        ### END SOLUTION


class NotFittedError(ValueError):
    """The model has no weights yet."""


def mse(a, b):
    """Mean squared error."""
    ### BEGIN SOLUTION
    return float(np.mean((a - b) ** 2))
    ### END SOLUTION
