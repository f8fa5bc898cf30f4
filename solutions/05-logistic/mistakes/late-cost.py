"""The cost is recorded after the step."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches")
HINT = "Your costs are one step late: record the cost before the step. The first entry belongs to W = 0 and is log 2."


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            dz = bce_with_logits_backward(X @ self.W + self.b, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
            costs.append(bce_with_logits(X @ self.W + self.b, y))
        return costs
