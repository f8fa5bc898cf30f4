"""Layers of PyTorch in float64 that take over the start, and MSELoss."""

import torch
from torch import nn


def fit_four_points(Ws, bs, lr=0.05, steps=1000):
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1)).double()
    with torch.no_grad():
        for layer, W, b in zip((model[0], model[2]), Ws, bs, strict=True):
            layer.weight.copy_(torch.from_numpy(W).T)
            layer.bias.copy_(torch.from_numpy(b))
    X = torch.cartesian_prod(torch.arange(2.0), torch.arange(2.0)).double()
    y = torch.tensor([5.0, 6.0, 8.0, 10.0]).double().unsqueeze(1)
    optimizer, criterion, costs = torch.optim.SGD(model.parameters(), lr=lr), nn.MSELoss(), []
    for _ in range(steps):
        cost = criterion(model(X), y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(float(cost))
    return model(X).detach().numpy(), costs
