"""Adam keeps its own learning rate."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_step_of_adam", "fit_matches[Adam]")
HINT = "Your Adam steps as its default learning rate says. Which lr was it given?"


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    optimizers = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
    if name not in optimizers:
        raise ValueError(name)
    optimizer = optimizers[name](model.parameters(), **({"lr": lr} if name == "SGD" else {}))
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
