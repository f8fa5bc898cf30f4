"""The training ends when the cost no longer falls."""

import numpy as np

CAUGHT_BY = ("every_epoch_is_a_step", "fit_starts_anew")
HINT = "You stop before the last epoch. How many epochs are asked for, whatever the cost does on the way?"


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b = np.zeros((X.shape[1], 1)), np.zeros(1)
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
            if len(costs) > 1 and costs[-1] >= costs[-2]:
                break
        return costs
