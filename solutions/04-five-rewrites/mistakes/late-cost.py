"""The losses are taken after the steps."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "fit_matches[SGD]", "fit_matches[Adam]", "long_runs_of_the_lecture")
HINT = (
    "Your list begins with the second loss. Entry 0 belongs to the model as it came to you: when must the loss "
    "be noted?"
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
        optimizer.step()
        losses.append(F.mse_loss(model(x), y).item())
    return losses
