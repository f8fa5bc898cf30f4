"""The costs of an epoch's batches are added up."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("cost_of_knowing_nothing", "training_matches")
HINT = "One number for each epoch, but it grows with the number of batches. Which mean is missing?"


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs))
    return history
