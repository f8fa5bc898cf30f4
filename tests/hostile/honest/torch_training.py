"""Trains a small network before it answers, with an optimiser and a data loader."""

ASSIGNMENT = "02-warm-up-torch"

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


def learned_factor():
    layer = torch.nn.Linear(1, 1, bias=False)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    inputs = torch.linspace(-1, 1, 32).reshape(-1, 1)
    for _ in range(60):
        for x, y in DataLoader(TensorDataset(inputs, 2 * inputs), batch_size=8, shuffle=True):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(layer(x), y).backward()
            optimizer.step()
    return layer.weight.item()


def double(x):
    return np.round(learned_factor(), 2) * x
