"""The batches are fetched once and used in every epoch."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("three_epochs_ask_the_loader_three_times", "every_epoch_asks_the_loader_anew")
HINT = (
    "All epochs see the batches in one order. The loader draws a new one each time that it is asked: how often "
    "do you ask?"
)


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    batches = list(loader)
    for _ in range(epochs):
        costs = []
        for x, y in batches:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
