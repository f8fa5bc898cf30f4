"""train leaves the images at 0 to 255."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = (
    "three_steps_of_adam",
    "gradients_from_before_have_no_part",
    "first_steps_are_those_of_adam",
    "every_image_keeps_its_label",
)
HINT = "Your costs are those of pixels that are too large: does the model see numbers from 0 to 1, or from 0 to 255?"


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float()
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
