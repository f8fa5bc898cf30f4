"""The slide's comment taken at its word: 1 / (1 + exp(-xW + b)) is sigmoid(xW - b)."""

import numpy as np

CAUGHT_BY = ("probabilities_after_one_step", "costs_of_the_lecture", "fit_matches", "probabilities_of_new_rows")
HINT = (
    "Your b works the wrong way round: 1 / (1 + exp(-xW + b)), as a comment in the slides has it, is sigmoid(xW - b). "
    "The minus sign must cover b as well: parentheses."
)


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            p = self.predict_proba(X)
            costs.append(bce(p, y))
            self.W = self.W - lr * X.T @ (p - y) / len(y)
            self.b = self.b - lr * np.mean(p - y, axis=0)
        return costs

    def predict_proba(self, X):
        return sigmoid(X @ self.W - self.b)
