"""The optimizer's gradients are never cleared."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches[SGD]", "optimizer_starts_from_cleared_gradients")
HINT = (
    "The second loss is still right, the third is not: every backward() adds to what is in .grad. What does "
    "each round begin with?"
)


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    optimizers = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
    if name not in optimizers:
        raise ValueError(name)
    optimizer = optimizers[name](model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
