"""Every name that is not Adam means SGD."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = (
    "another_optimizer_is_refused",
    "other_optimizers_are_refused[unknown]",
    "other_optimizers_are_refused[empty]",
)
HINT = (
    "A misspelt name trains with an optimizer that nobody asked for. What should a function do with a name "
    "that it does not know?"
)


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    optimizers = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
    optimizer = optimizers.get(name, torch.optim.SGD)(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
