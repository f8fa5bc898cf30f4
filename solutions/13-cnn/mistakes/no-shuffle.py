"""Every epoch goes through the images in the order of the file."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = (
    "one_seed_gives_one_training",
    "three_epochs_have_three_orders",
    "every_epoch_has_a_new_order",
    "the_seed_decides_the_order",
)
HINT = (
    "Your batches are the same in every epoch. Draw a new order at the start of each one, from the seed you are given."
)


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        order = torch.arange(len(x))
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
