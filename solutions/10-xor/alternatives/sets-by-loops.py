"""The sets and the map point by point, with numbers of Python."""

import math

import numpy as np


def ring(X):
    return np.array([[1.0 if 1.0 <= math.hypot(x1, x2) <= 2.0 else 0.0] for x1, x2 in X.tolist()])


def parity(X):
    labels = []
    for row in X.tolist():
        odd = False
        for pixel in row:
            odd ^= pixel > 0.5
        labels.append([float(odd)])
    return np.array(labels)


def three_modes(X, centres, radius):
    return np.array([[float(any(math.dist(x, c) <= radius for c in centres.tolist()))] for x in X.tolist()])


def decision_map(params, size=21, reach=2.5):
    def sign(row, column):
        x1, x2 = -reach + 2 * reach * column / (size - 1), reach - 2 * reach * row / (size - 1)
        return "#" if forward(params, np.array([[x1, x2]]))["y_pred"].item() > 0.5 else "."

    return ["".join(sign(row, column) for column in range(size)) for row in range(size)]
