"""W gets X.T @ dz divided by N once more."""

import numpy as np

CAUGHT_BY = ("one_step_by_hand", "each_fit_starts_anew")
HINT = "Your W moves N times too slowly: dL/dz has its 1/N already. Do you divide once more?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            dz = cross_entropy_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz / len(X), self.b - lr * dz.sum(axis=0)
        return costs
