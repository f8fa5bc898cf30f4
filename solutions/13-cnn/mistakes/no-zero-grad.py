"""The gradients are never cleared."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = (
    "gradients_from_before_have_no_part",
    "three_steps_of_adam",
    "first_steps_are_those_of_adam",
    "old_gradients_do_not_count",
)
HINT = "Gradients are added up in .grad, from step to step and from before. Clear them before each backward pass."


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
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
