"""zero_grad() comes after the step."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("training_starts_from_cleared_gradients", "optimizer_starts_from_cleared_gradients")
HINT = "Your first step uses what .grad held before. Where must zero_grad() stand?"


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
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
