"""W starts at one."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture", "probabilities_after_one_step", "each_fit_starts_from_zero")
HINT = (
    "Your W starts at one. The first cost should be log 2, the price of knowing nothing: where must W and b be for "
    "that?"
)


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.ones((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
        return costs
