"""The training ends when the cost is nearly zero."""

import numpy as np

CAUGHT_BY = ("every_epoch_is_a_step",)
HINT = "You stop before the last epoch. How many epochs are asked for, whatever the cost does on the way?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            if costs[-1] < 1e-4:
                break
            dz = cross_entropy_backward(z, y)
            self.W = self.W - lr * X.T @ dz
            self.b = self.b - lr * dz.sum(axis=0)
        return costs
