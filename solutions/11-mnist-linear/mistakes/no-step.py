"""The optimizer never steps."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("one_step_by_hand", "training_matches")
HINT = "After backward() every .grad is filled, but the parameters stay where they are. Who moves them?"


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
