"""One number at a time, with math."""

import math

import numpy as np


def one_hot(y, k):
    return np.array([[1.0 if label == column else 0.0 for column in range(k)] for label in y])


def softmax(z):
    rows = []
    for row in z:
        top = max(row)
        e = [math.exp(value - top) for value in row]
        rows.append([value / sum(e) for value in e])
    return np.array(rows)


def entropy_bits(p):
    return sum(-chance * math.log2(chance) for chance in p if chance > 0)


def cross_entropy_bits(p, q):
    total = 0.0
    for chance, belief in zip(p, q, strict=True):
        if chance > 0:
            total -= chance * math.log2(belief)
    return total


def cross_entropy(z, y):
    total = 0.0
    for row, label in zip(z, y, strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(value - top) for value in row)) - row[label]
    return total / len(y)


def cross_entropy_backward(z, y):
    gradient = softmax(z)
    for i, label in enumerate(y):
        gradient[i, label] -= 1.0
    return gradient / len(y)


class SoftmaxRegression:
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        features = X.shape[1]
        self.W = np.zeros((features, k)) if W0 is None else np.array(W0)
        self.b = np.zeros(k) if b0 is None else np.array(b0)
        costs = []
        for _ in range(epochs):
            p = softmax(X @ self.W + self.b)
            costs.append(sum(-math.log(p[i, label]) for i, label in enumerate(y)) / len(y))
            for j in range(k):
                error = (p[:, j] - (y == j)) / len(y)
                self.W[:, j] -= lr * (X * error[:, None]).sum(axis=0)
                self.b[j] -= lr * error.sum()
        return costs

    def predict(self, X):
        answers = []
        for row in X:
            scores = [float(row @ self.W[:, j] + self.b[j]) for j in range(len(self.b))]
            answers.append(scores.index(max(scores)))
        return np.array(answers, dtype=np.int32)
