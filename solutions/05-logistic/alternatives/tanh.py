"""The sigmoid as a shifted tanh, its slope by cosh, the losses by logaddexp."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def sigmoid_prime(z):
    return 0.25 / np.cosh(np.clip(0.5 * z, -350.0, 350.0)) ** 2


def bce_with_logits(z, y):
    return np.logaddexp(0.0, np.where(y == 1.0, -z, z)).mean()
