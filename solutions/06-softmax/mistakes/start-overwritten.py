"""`-=` on the arrays of the caller."""

import numpy as np

CAUGHT_BY = ("fit_from_a_given_start", "fit_starts_anew_and_changes_nothing")
HINT = "After your fit the caller's W0 had changed. `self.W = W0` gives the same array a second name; what does -= do?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            dz = cross_entropy_backward(z, y)
            self.W -= lr * X.T @ dz
            self.b -= lr * dz.sum(axis=0)
        return costs
