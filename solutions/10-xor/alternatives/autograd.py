"""PyTorch, with logits in the loss and automatic differentiation in backward; truth values from the line.

The long training is numpy's, from logits as well: with automatic differentiation it takes ten times as long.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def perceptron(X, w, b):
    return np.einsum("nd,d->n", X, w) > -b


def and_weights():
    return [2.0, 2.0], -3.0


def or_weights():
    return np.array([2, 2]), np.float64(-1.0)


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
    Y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 1, bias=True))
    costs = []
    for _ in range(steps):
        cost = F.binary_cross_entropy_with_logits(model(X), Y)
        gradients = torch.autograd.grad(cost, list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= lr * gradient
        costs.append(float(cost))
    return costs


def handset_mlp(X):
    first, second = nn.Linear(2, 2).double(), nn.Linear(2, 1).double()
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[5, 5], [-7, -7]]))
        first.bias.copy_(torch.tensor([-8, 3]))
        second.weight.copy_(torch.tensor([[-11, -11]]))
        second.bias.copy_(torch.tensor([6]))
        return torch.sigmoid(second(torch.sigmoid(first(torch.from_numpy(X))))).numpy()


def init_params(hidden, rng):
    draws = rng.standard_normal(4 * hidden + 1)
    return {
        "w1": draws[: 2 * hidden].reshape(2, hidden),
        "b1": draws[2 * hidden : 3 * hidden].copy(),
        "w2": draws[3 * hidden : 4 * hidden, None],
        "b2": draws[-1:],
    }


def backward(params, X, Y, cache):
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    a1 = torch.sigmoid(torch.tensor(X) @ leaves["w1"] + leaves["b1"])
    F.binary_cross_entropy_with_logits(a1 @ leaves["w2"] + leaves["b2"], torch.tensor(Y)).backward()
    return {name: leaf.grad.numpy() for name, leaf in leaves.items()}


def train_mlp(params, X, Y, lr, steps):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    costs = []
    for _ in range(steps):
        a1 = 1 / (1 + np.exp(-(X @ w1 + b1)))
        logits = a1 @ w2 + b2
        costs.append(float(np.mean(np.logaddexp(0, logits) - Y * logits)))
        error = (1 / (1 + np.exp(-logits)) - Y) * (lr / len(X))
        inner = error * w2.T * a1 * (1 - a1)
        w2, b2 = w2 - a1.T @ error, b2 - error.sum(axis=0)
        w1, b1 = w1 - X.T @ inner, b1 - inner.sum(axis=0)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, costs


def make_mlp():
    return nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.Sigmoid()), nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()))


def make_wide_deep():
    model = nn.Sequential()
    for i, (width, following) in enumerate([(2, 10), (10, 10), (10, 10), (10, 1)]):
        model.add_module(f"layer{i}", nn.Linear(width, following))
        model.add_module(f"sigmoid{i}", nn.Sigmoid())
    return model
