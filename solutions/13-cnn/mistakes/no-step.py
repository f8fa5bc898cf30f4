"""The optimizer never steps."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("loss_falls", "first_steps_are_those_of_adam", "size_of_the_first_step")
HINT = (
    "Nothing is learned: backward() fills every .grad, but the parameters stay where they are. Who moves them, and "
    "are the gradients still there at that moment?"
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
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
