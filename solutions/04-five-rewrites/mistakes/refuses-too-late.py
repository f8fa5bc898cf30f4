"""The name is looked at only after the training."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = (
    "another_optimizer_is_refused",
    "other_optimizers_are_refused[unknown]",
    "other_optimizers_are_refused[empty]",
)
HINT = "You refuse the name, but the model has been trained by then. What is the first thing to look at?"


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    kind = torch.optim.Adam if name == "Adam" else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if name not in ("SGD", "Adam"):
        raise ValueError(name)
    return losses
