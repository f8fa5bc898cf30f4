"""One step per row of the gradient; a leaf that is moved in place; a module in a module."""

import torch
from torch import nn


def step_manual(x, y, w, lr):
    gradient = torch.zeros_like(w)
    loss = 0.0
    for row, target in zip(x, y, strict=True):
        error = row @ w - target
        gradient += torch.outer(row, error)
        loss += 0.5 * float(error @ error)
    return w - lr * gradient, loss


def step_autograd(x, y, w, lr):
    leaf = w.detach().clone().requires_grad_()
    loss = (x @ leaf - y).pow(2).mul(0.5).sum()
    loss.backward()
    with torch.no_grad():
        leaf -= lr * leaf.grad
    return leaf, loss.item()


def step_functional(model, x, y, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr)
    optimizer.zero_grad(set_to_none=False)
    loss = nn.MSELoss()(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


class OneLayerNet(nn.Module):
    def __init__(self, din, dout):
        super().__init__()
        self.layers = nn.ModuleList([make_sequential(din, dout)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class MultivariateLinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("inner", OneLayerNet(3, 1))

    def forward(self, x):
        return self.inner(x)
