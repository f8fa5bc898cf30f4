"""The single layer without an optimizer or a module of its own in the loop; single precision on the way back."""

import numpy as np
import torch
from torch import nn


def train_single_layer(steps=10001, lr=1.0, seed=777):
    torch.manual_seed(seed)
    layer = nn.Linear(2, 1)
    w, b = layer.weight.detach().numpy().T.astype(np.float64), layer.bias.detach().numpy().astype(np.float64)
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    costs = []
    for _ in range(steps):
        p = sigmoid(X @ w + b)
        costs.append(bce(p, Y))
        w, b = w - lr * X.T @ (p - Y) / 4, b - lr * (p - Y).mean(axis=0)
    return costs


def forward(params, X):
    stations = {"l1": np.dot(X, params["w1"]) + params["b1"][None, :]}
    stations["a1"] = 0.5 * (1.0 + np.tanh(stations["l1"] / 2.0))
    stations["l2"] = np.sum(stations["a1"] * params["w2"][:, 0], axis=1, keepdims=True) + params["b2"]
    stations["y_pred"] = sigmoid(stations["l2"])
    return stations


def backward(params, X, Y, cache):
    error = cache["y_pred"] - Y
    passed = np.outer(error, params["w2"]) * cache["a1"] * (1.0 - cache["a1"])
    found = {
        "b2": np.mean(error, axis=0),
        "w2": np.mean(cache["a1"] * error, axis=0)[:, None],
        "b1": np.mean(passed, axis=0),
        "w1": np.einsum("nd,nh->dh", X, passed) / X.shape[0],
    }
    return {name: value.astype(np.float32) for name, value in found.items()}
