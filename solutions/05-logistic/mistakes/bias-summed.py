"""The bias takes a sum where the weights take a mean."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture",)
HINT = "The step of your weights is right, that of b is N times too long: the mean over the examples is missing there."


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W = np.zeros((X.shape[1], 1))
        self.b = np.zeros(1)
        costs = []
        for _ in range(epochs):
            p = sigmoid(X @ self.W + self.b)
            costs.append(bce(p, y))
            self.W = self.W - lr * X.T @ (p - y) / len(X)
            self.b = self.b - lr * np.sum(p - y)
        return costs
