"""Single precision wherever numbers are returned; the chain from its end; SGD by hand."""

from functools import reduce

import numpy as np
import torch
from torch import nn


def small(value):
    return np.asarray(value, dtype=np.float32)


def unit_step(z):
    return small((np.sign(z) + 1) / 2)


def sign(z):
    return small(np.sign(z))


def linear(z):
    return small(z)


def piecewise_linear(z):
    return np.minimum(np.maximum(small(z) + np.float32(0.5), 0), 1)


def sigmoid(z):
    e = np.exp(-np.abs(small(z)))
    return np.where(z >= 0, 1, e) / (1 + e)


def tanh(z):
    return np.tanh(small(z))


def relu(z):
    return np.maximum(small(z), 0)


def unit_step_prime(z):
    return np.zeros_like(z, dtype=np.float32)


def sign_prime(z):
    return np.zeros_like(z, dtype=np.float32)


def linear_prime(z):
    return np.ones_like(z, dtype=np.float32)


def piecewise_linear_prime(z):
    return small((z > -0.5) & (z < 0.5))


def sigmoid_prime(z):
    e = np.exp(-np.abs(small(z)))
    return e / (1 + e) ** 2


def tanh_prime(z):
    # By double precision inside: 1 - tanh² cancels far out.
    return small(1 / np.cosh(np.clip(z, -300, 300)) ** 2)


def relu_prime(z):
    return small(z >= 0)


def collapse_linear(Ws, bs):
    W, b = np.eye(len(bs[-1])), np.zeros(len(bs[-1]))
    for W_before, b_before in zip(reversed(Ws), reversed(bs), strict=True):
        b = b_before @ W + b
        W = W_before @ W
    return W, b


def mlp_forward(x, Ws, bs, act):
    inside = list(zip(Ws, bs, strict=True))[:-1]
    hidden = reduce(lambda value, layer: act(value @ layer[0] + layer[1]), inside, x)
    return hidden @ Ws[-1] + bs[-1]


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for into, out in ((4, 5), (5, 6)):
            layers += [nn.Linear(into, out), nn.Sigmoid()]
        self.deep_nn = nn.Sequential(*layers, nn.Linear(6, 3))

    def forward(self, x):
        for layer in self.deep_nn:
            x = layer(x)
        return x


def count_parameters(model):
    return torch.nn.utils.parameters_to_vector(model.parameters()).numel()


def make_quadratic(n, rng):
    noise = torch.tensor(rng.standard_normal((n, 1)), dtype=torch.float32)
    x = torch.tensor(30 * rng.random((n, 1)) - 15, dtype=torch.float32)
    return x, (8 * x + 7) * x + 3 + noise


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
    parameters = list(model.parameters())
    adam = torch.optim.Adam(parameters, lr=0.01)
    losses = []
    for _ in range(steps):
        loss = (model(x) - y).abs().mean()
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, parameters)
        if optimizer == "Adam":
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            adam.step()
            continue
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= 0.001 * gradient
    return model, losses
