"""The learning rate of the lecture, whatever lr is."""

import numpy as np

CAUGHT_BY = ("probabilities_after_one_step", "each_fit_starts_from_zero")
HINT = "You always step with the rate .05 of the lecture. Which argument says how large the steps are?"


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - 0.05 * X.T @ dz, self.b - 0.05 * dz.sum(axis=0)
        return costs
