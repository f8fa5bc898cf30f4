"""The cost of the last batch stands for the epoch."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("training_matches",)
HINT = "One batch speaks for the whole epoch. Report the mean over all batches of the epoch."


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
        history.append(costs[-1])
    return history
