"""torch computes what numpy is asked for; slopes by automatic differentiation; recursion."""

import numpy as np
import torch
from torch import nn


def through_torch(function, z):
    return function(torch.from_numpy(z)).numpy()


def slope(function, z):
    at = torch.from_numpy(z).requires_grad_()
    (found,) = torch.autograd.grad(function(at).sum(), at)
    return found.numpy()


def sign(z):
    return through_torch(torch.sign, z)


def piecewise_linear(z):
    return through_torch(lambda t: (t + 0.5).clamp(0, 1), z)


def sigmoid(z):
    return through_torch(torch.sigmoid, z)


def tanh(z):
    return through_torch(torch.tanh, z)


def relu(z):
    return through_torch(torch.relu, z)


def piecewise_linear_prime(z):
    return slope(lambda t: (t + 0.5).clamp(0, 1), z)


def sigmoid_prime(z):
    return slope(torch.sigmoid, z)


def tanh_prime(z):
    return slope(torch.tanh, z)


def relu_prime(z):
    return slope(torch.relu, z)


def collapse_linear(Ws, bs):
    if len(Ws) == 1:
        return Ws[0].copy(), bs[0].copy()
    W, b = collapse_linear(Ws[1:], bs[1:])
    return Ws[0] @ W, bs[0] @ W + b


def mlp_forward(x, Ws, bs, act):
    z = x @ Ws[0] + bs[0]
    return z if len(Ws) == 1 else mlp_forward(act(z), Ws[1:], bs[1:], act)


def count_parameters(model):
    return sum(np.prod(value.shape, dtype=int) for value in model.state_dict().values())


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    last, middle, first = nn.Linear(6, 1), nn.Linear(10, 6), nn.Linear(1, 10)
    model = nn.Sequential(first, nn.ReLU(), middle, nn.ReLU(), last)
    x, y = make_quadratic(1000, rng)
    if optimizer == "Adam":
        opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    elif optimizer == "SGD":
        opt = torch.optim.SGD(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(steps):
        opt.zero_grad(set_to_none=False)
        loss = nn.L1Loss()(model(x), y)
        loss.backward()
        opt.step()
        losses.append(loss.detach().numpy().item())
    model.eval()
    return model, losses
