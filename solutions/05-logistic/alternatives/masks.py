"""A branch for each sign, log1p for the loss, truth values as answers, the bias as one more feature."""

import numpy as np


def sigmoid(z):
    out = np.empty(z.shape)
    positive = z >= 0
    out[positive] = 1.0 / (1.0 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1.0 + e)
    return out


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return np.average(-np.where(y > 0.5, np.log(p), np.log1p(-p)))


def bce_with_logits(z, y):
    margin = np.where(y > 0.5, z, -z)
    return float(np.mean(np.log1p(np.exp(-np.abs(margin))) + np.maximum(-margin, 0.0)))


def sgd_step(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("other names")
    new = {}
    for name in sorted(params):
        if np.shape(params[name]) != np.shape(grads[name]):
            raise ValueError("other shapes")
        moved = params[name].copy()
        moved -= lr * grads[name]
        new[name] = moved
    return new


class LogisticRegression:
    def fit(self, X, y, lr=0.05, epochs=1000):
        features = np.hstack([X, np.ones((len(X), 1))])
        theta = np.zeros((features.shape[1], 1))
        costs = []
        for _ in range(epochs):
            logits = features @ theta
            costs.append(bce_with_logits(logits, y))
            theta = theta - lr * features.T @ ((sigmoid(logits) - y) / len(y))
        self.W, self.b = theta[:-1], theta[-1]
        return costs

    def predict_proba(self, X):
        return sigmoid(X @ self.W + self.b)

    def predict(self, X):
        return self.predict_proba(X) >= 0.5
