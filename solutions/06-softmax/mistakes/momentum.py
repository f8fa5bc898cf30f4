"""Momentum: every step takes along nine tenths of the last one."""

import numpy as np

CAUGHT_BY = ("each_fit_starts_anew",)
HINT = (
    "From the second step on, or in a second fit, your steps take the last ones along: that is momentum. On what "
    "alone does a step of this task depend?"
)


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            dz = cross_entropy_backward(z, y)
            self.v = 0.9 * getattr(self, "v", 0.0) + X.T @ dz
            self.W = self.W - lr * self.v
            self.b = self.b - lr * dz.sum(axis=0)
        return costs
