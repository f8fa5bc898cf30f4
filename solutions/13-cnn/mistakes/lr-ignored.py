"""The learning rate stands in the code."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("size_of_the_first_step", "first_steps_are_those_of_adam", "cost_of_knowing_nothing")
HINT = "The size of your steps does not depend on lr. Use the learning rate that you are given."


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        order = torch.randperm(len(x), generator=generator)
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
