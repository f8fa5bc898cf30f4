"""The steps go along the gradient, uphill."""

import numpy as np

CAUGHT_BY = ("eight_rows_of_the_lecture", "fit_from_a_given_start")
HINT = (
    "Your steps go uphill, and the costs rise. In which direction does the gradient point, and in which do you want "
    "to go?"
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
            self.W, self.b = self.W + lr * X.T @ dz, self.b + lr * dz.sum(axis=0)
        return costs
