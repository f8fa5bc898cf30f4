"""Einsum and loops; torch.autograd.grad; parameters drawn by hand; optimizers looked up by name; keyword arguments."""

from collections import OrderedDict

import torch
from torch import nn


def step_manual(x, y, w, lr):
    error = torch.einsum("ni,ij->nj", x, w) - y
    gradient = torch.einsum("ni,nj->ij", x, error)
    return torch.sub(w, gradient, alpha=lr), float(torch.sum(error * error) / 2)


def step_autograd(x, y, w, lr):
    loss = torch.pow(x.matmul(w) - y, 2).sum() / 2
    (gradient,) = torch.autograd.grad(loss, w)  # leaves w.grad out of it
    return torch.tensor((w - lr * gradient).tolist(), dtype=w.dtype, requires_grad=True), float(loss.detach())


def make_sequential(din, dout):
    return nn.Sequential(OrderedDict(layer=nn.Linear(in_features=din, out_features=dout, bias=True)))


def step_functional(model, x, y, lr):
    parameters = list(model.parameters())
    loss = (model(x) - y).square().mean()
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.data = parameter.data - lr * gradient
    return loss.detach().numpy()[()]


def fit_optimizer(model, x, y, lr, steps, name="SGD"):
    if name != "SGD" and name != "Adam":
        raise ValueError("an optimizer that is not known here")
    optimizer = getattr(torch.optim, name)(params=list(model.parameters()), lr=lr)
    criterion = nn.MSELoss()
    history = ()
    for step in range(1, steps + 1):
        loss = criterion(model(x), y)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        history += (float(loss.detach()),)
        print(f"{step:4d}/{steps} {history[-1]:.6f}")
    return list(history)


class OneLayerNet(nn.Module):
    def __init__(self, din, dout):
        super().__init__()
        self.W = nn.Parameter(0.1 * torch.randn(dout, din))
        self.b = nn.Parameter(torch.zeros(dout))

    def forward(self, x):
        return torch.mm(x, self.W.t()) + self.b


class MultivariateLinearRegression(OneLayerNet):
    def __init__(self):
        super().__init__(3, 1)
