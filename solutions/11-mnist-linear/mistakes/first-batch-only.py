"""The loop over the loader ends after its first batch."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("training_matches", "every_epoch_asks_the_loader_anew")
HINT = "Only the first batch of an epoch is ever seen. When does your inner loop end?"


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
            break
        history.append(sum(costs) / len(costs))
    return history
