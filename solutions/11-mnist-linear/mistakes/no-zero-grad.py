"""The gradients are never cleared: the accuracy does not show it."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("training_matches", "old_gradients_do_not_count")
HINT = (
    "What .grad held before takes part in your step. What must happen to the gradients before each backward()? "
    "(The accuracy would never tell you.)"
)


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
