"""The batches, in [0, 1] already, are divided by 255."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("one_step_by_hand", "training_matches")
HINT = (
    "The biases move as they should, the weights 255 times too little. What does the loader promise about its pixels?"
)


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1) / 255), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
