"""The order comes from the global generator, whatever the seed."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("one_seed_gives_one_training", "the_seed_decides_the_order")
HINT = "Two runs with the same seed on the same model differ. Which generator draws your orders, and who seeds it?"


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        order = torch.randperm(len(x))
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
