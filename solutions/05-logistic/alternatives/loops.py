"""One number at a time."""

import math

import numpy as np


def sigmoid(z):
    def one(value):
        return 1.0 / (1.0 + math.exp(-value)) if value >= 0 else math.exp(value) / (1.0 + math.exp(value))

    return np.array([one(value) for value in z.flat]).reshape(z.shape)


def bce(p, y):
    total = 0.0
    for prediction, label in zip(p.flat, y.flat, strict=True):
        prediction = min(max(prediction, 1e-12), 1.0 - 1e-12)
        total -= math.log(prediction) if label == 1.0 else math.log(1.0 - prediction)
    return total / p.size


def bce_backward(p, y):
    gradient = np.zeros_like(p)
    for place in np.ndindex(p.shape):
        prediction = min(max(p[place], 1e-12), 1.0 - 1e-12)
        gradient[place] = (-1.0 / prediction if y[place] == 1.0 else 1.0 / (1.0 - prediction)) / p.size
    return gradient


def bce_with_logits_backward(z, y):
    gradient = np.empty_like(z)
    for place in np.ndindex(z.shape):
        gradient[place] = (sigmoid(z[place].reshape(1))[0] - y[place]) / z.size
    return gradient
