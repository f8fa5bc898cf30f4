"""W and b are attributes of the class, so all models share them."""

import numpy as np

CAUGHT_BY = ("each_fit_starts_from_zero", "fit_starts_anew")
HINT = (
    "When one model learns, another one changes. To whom do the names behind `self.` belong, and to whom those in a "
    "class?"
)


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        cls = type(self)
        cls.W, cls.b, costs = np.zeros((X.shape[1], 1)), np.zeros(1), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(bce_with_logits(z, y))
            dz = bce_with_logits_backward(z, y)
            cls.W, cls.b = self.W - lr * X.T @ dz, self.b - lr * dz.sum(axis=0)
        return costs
