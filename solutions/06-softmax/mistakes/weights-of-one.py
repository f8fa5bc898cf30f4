"""Without a start, W begins at one."""

import numpy as np

CAUGHT_BY = ("one_step_by_hand", "each_fit_starts_anew")
HINT = "Without W0 your W begins at one. From which start is the first cost log K for any rows?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.ones((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            dz = cross_entropy_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
        return costs
