"""The costs of all batches, one after the other."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("cost_of_knowing_nothing", "training_matches")
HINT = "Your list has an entry for every batch. How many numbers does an epoch deserve?"


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            history.append(cost.item())
    return history
