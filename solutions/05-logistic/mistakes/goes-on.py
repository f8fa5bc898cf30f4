"""fit begins where the last one ended."""

import numpy as np

CAUGHT_BY = ("each_fit_starts_from_zero", "fit_starts_anew")
HINT = (
    "The first fit is right, and the second one begins where the first one ended. Where must W and b be at its start?"
)


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        if getattr(self, "W", np.zeros(0)).shape != (X.shape[1], 1):
            self.W, self.b = np.zeros((X.shape[1], 1)), np.zeros(1)
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
        return costs
