"""The learning rate stands in the code."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("one_step_by_hand", "training_matches", "cost_of_knowing_nothing")
HINT = "The size of your steps does not depend on lr. Use the learning rate that you are given."


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
