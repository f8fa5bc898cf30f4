"""Comparisons and branches, the bias as one more row, layers added in a loop, a class for the net."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def each(function, z):
    return np.array([function(value) for value in z.ravel().tolist()]).reshape(z.shape)


def unit_step(z):
    return np.where(z > 0, 1.0, np.where(z < 0, 0.0, 0.5))


def sign(z):
    return (z > 0).astype(float) - (z < 0)


def linear(z):
    return z.copy()


def piecewise_linear(z):
    return each(lambda value: min(max(value + 0.5, 0.0), 1.0), z)


def sigmoid(z):
    out = np.empty(z.shape)
    positive = z >= 0
    out[positive] = 1.0 / (1.0 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1.0 + e)
    return out


def tanh(z):
    return each(math.tanh, z)


def relu(z):
    return z * (z > 0)


def unit_step_prime(z):
    return 0.0 * z


def sign_prime(z):
    return np.where(z == 0, 2.0, 0.0)


def linear_prime(z):
    return z * 0.0 + 1.0


def piecewise_linear_prime(z):
    return np.where((z < -0.5) | (z > 0.5), 0.0, 1.0)


def sigmoid_prime(z):
    return sigmoid(z) * sigmoid(-z)


def tanh_prime(z):
    return each(lambda value: 1.0 - math.tanh(value) ** 2, z)


def relu_prime(z):
    return np.heaviside(z, 1.0)


def collapse_linear(Ws, bs):
    chain = np.eye(len(Ws[0]) + 1)
    for W, b in zip(Ws, bs, strict=True):
        corner = np.append(np.zeros(len(W)), 1.0)[:, None]
        chain = chain @ np.hstack([np.vstack([W, b]), corner])
    return chain[:-1, :-1], chain[-1, :-1]


def mlp_forward(x, Ws, bs, act):
    for i in range(len(Ws)):
        x = np.dot(x, Ws[i]) + bs[i]
        if i < len(Ws) - 1:
            x = act(x)
    return x


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.deep_nn = nn.Sequential()
        sizes = [4, 5, 6, 3]
        for i in range(3):
            self.deep_nn.add_module(f"layer{i}", nn.Linear(sizes[i], sizes[i + 1]))
            if i < 2:
                self.deep_nn.add_module(f"activation{i}", nn.Sigmoid())

    def forward(self, x):
        return self.deep_nn.forward(x)


def count_parameters(model):
    return sum(math.prod(value.shape) for _, value in model.named_parameters() if value.requires_grad)


def make_quadratic(n, rng):
    points = []
    for _ in range(n):
        x = rng.uniform(-15, 15)
        points.append((x, 8 * x * x + 7 * x + 3 + rng.normal()))
    table = torch.tensor(points, dtype=torch.float32)
    return table[:, :1], table[:, 1:]


class Curve(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(1, 10)
        self.second = nn.Linear(10, 6)
        self.last = nn.Linear(6, 1)

    def forward(self, x):
        return self.last(F.relu(self.second(F.relu(self.first(x)))))


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    torch.manual_seed(seed)
    model = Curve()
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    kinds = {"SGD": (torch.optim.SGD, 0.001), "Adam": (torch.optim.Adam, 0.01)}
    kind, lr = kinds[optimizer]
    opt, criterion, history = kind(model.parameters(), lr), nn.L1Loss(), []
    for _ in range(steps):
        loss = criterion(model(x), y)
        history.append(float(loss.detach()))
        model.zero_grad()
        loss.backward()
        opt.step()
    return model, history
