"""As the textbook has it: the plain sigmoid (right at -1000, with a warning), two terms in the gradient, p in fit."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * sigmoid(-z)


def bce_backward(p, y):
    p = np.minimum(np.maximum(p, 1e-12), 1 - 1e-12)
    return -(y / p - (1 - y) / (1 - p)) / y.size


class LogisticRegression:
    def __init__(self):
        self.W = self.b = None

    def fit(self, X, y, lr=0.05, epochs=1000):
        self.W, self.b = np.zeros((X.shape[1], 1)), np.zeros(1)
        costs = []
        for _ in range(epochs):
            p = self.predict_proba(X)
            costs.append(bce(p, y))
            dz = bce_backward(p, y) * p * (1 - p)
            self.W -= lr * np.einsum("nd,nk->dk", X, dz)
            self.b -= lr * np.sum(dz)
        return costs

    def predict_proba(self, X):
        return sigmoid(X.dot(self.W) + self.b)

    def predict(self, X):
        return np.where(self.predict_proba(X) >= 0.5, 1.0, 0.0)
