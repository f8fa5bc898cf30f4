"""The gradients are cleared after each step, so what was in .grad before takes part in the first one."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("gradients_from_before_have_no_part", "old_gradients_do_not_count")
HINT = (
    "You clear the gradients after each step. Then the first step still counts what .grad held before: when must "
    "they be cleared?"
)


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        order = torch.randperm(len(x), generator=generator)
        for batch in order.split(batch_size):
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            optimizer.zero_grad()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
