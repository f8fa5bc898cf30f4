"""The costs of an epoch are added up, not averaged."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("cost_of_knowing_nothing", "every_image_keeps_its_label")
HINT = (
    "You add up the costs of an epoch. Report their mean, so that the number does not depend on how many batches "
    "there are."
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
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs))
    return history
