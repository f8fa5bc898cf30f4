"""The cost of the last batch stands for the epoch."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("every_image_keeps_its_label",)
HINT = "One batch speaks for the whole epoch. Report the mean over all batches of the epoch."


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
            optimizer.step()
            costs.append(cost.item())
        history.append(costs[-1])
    return history
