"""The cross entropy is summed over the batch."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("one_step_by_hand", "cost_of_knowing_nothing", "training_matches")
HINT = (
    "Cost and step grow with the size of the batch. A batch costs the mean of its rows: what does your loss do "
    "with them?"
)


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y, reduction="sum")
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
