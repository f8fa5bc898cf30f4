"""p - y without its 1/N."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture", "probabilities_after_one_step", "each_fit_starts_from_zero")
HINT = "All your steps are N times too large: X.T @ (p - y) adds up over the rows. Whose mean is the cost?"


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ (len(X) * dz), self.b - lr * len(X) * dz.sum(axis=0)
        return costs
