"""The mean is in dL/dz already, and the bias takes it once more."""

import numpy as np

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches", "probabilities_after_one_step")
HINT = (
    "W learns at the right pace, b is N times too slow. dL/dz holds the 1/N already: "
    "what is left to do for b, which every row shares?"
)


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            self.W, self.b = self.W - lr * X.T @ dz, self.b - lr * dz.mean(axis=0)
        return costs
