"""The mean of squares against the labels as rows of 0 and 1."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("cost_of_knowing_nothing", "three_steps_of_adam")
HINT = "Ten equal logits cost .1 with you: that is a mean of squares. Which loss is asked for?"


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
            cost = F.mse_loss(model(x[batch]), F.one_hot(labels[batch], 10).float())
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
