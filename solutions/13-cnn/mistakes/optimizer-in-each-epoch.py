"""Every epoch has an optimizer of its own."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("three_steps_of_adam", "gradients_from_before_have_no_part")
HINT = (
    "Every epoch of yours begins with a new Adam, which has forgotten its averages. How many optimizers does a "
    "training need?"
)


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        order = torch.randperm(len(x), generator=generator)
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
