"""The bias never moves."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches", "probabilities_after_one_step")
HINT = "Your b stays 0, so the border always runs through the origin. b is a parameter and has a gradient as well."


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            costs.append(bce_with_logits(X @ self.W, y))
            self.W = self.W - lr * X.T @ bce_with_logits_backward(X @ self.W, y)
        return costs
