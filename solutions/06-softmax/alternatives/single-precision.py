"""Single precision wherever numbers are returned or stored."""

import numpy as np


def one_hot(y, k):
    rows = np.zeros((len(y), k), dtype=np.float32)
    rows[np.arange(len(y)), y] = 1
    return rows


def softmax(z):
    z = np.asarray(z, dtype=np.float32)
    e = np.exp(z - np.max(z, axis=-1)[:, None])
    return e / np.sum(e, axis=-1)[:, None]


def entropy_bits(p):
    p = p[p > 0].astype(np.float32)
    return -(p * np.log2(p)).sum()


def cross_entropy(z, y):
    z = np.asarray(z, dtype=np.float32)
    top = z.max(axis=1)
    return np.mean(np.log(np.exp(z - top[:, None]).sum(axis=1)) + (top - z[range(len(y)), y]))


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k), np.float32) if W0 is None else W0.astype(np.float32)
        self.b = np.zeros(k, np.float32) if b0 is None else b0.astype(np.float32)
        X, costs = X.astype(np.float32), []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(float(cross_entropy(z, y)))
            dz = cross_entropy_backward(z, y).astype(np.float32)
            self.W = self.W - np.float32(lr) * (X.T @ dz)
            self.b = self.b - np.float32(lr) * dz.sum(axis=0)
        return costs

    def predict(self, X):
        return np.argmax(softmax(X @ self.W + self.b), axis=1)
