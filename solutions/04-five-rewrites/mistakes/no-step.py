"""The optimizer never steps."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches[SGD]", "long_runs_of_the_lecture")
HINT = (
    "The losses never change: all of them are the first one. Do the predictions come from the model, does the "
    ".grad of its parameters hold something after backward(), and who moves them by it?"
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
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        losses.append(loss.item())
    return losses
