"""Loads its data with workers and compiles its model, as tutorials do."""

ASSIGNMENT = "02-warm-up-torch"

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


@torch.compile(mode="reduce-overhead")
def cost(prediction, wanted):
    return torch.nn.functional.mse_loss(prediction, wanted)


def learned_factor():
    layer = torch.nn.Linear(1, 1, bias=False)
    model = torch.compile(layer)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs = torch.linspace(-1, 1, 32).reshape(-1, 1)
    data = TensorDataset(inputs, 2 * inputs)
    loader = DataLoader(data, batch_size=8, shuffle=True, num_workers=2, persistent_workers=True, pin_memory=True)
    for _ in range(60):
        for x, y in loader:
            optimizer.zero_grad()
            cost(model(x), y).backward()
            optimizer.step()
    return layer.weight.item()


def double(x):
    return np.round(learned_factor(), 2) * x
