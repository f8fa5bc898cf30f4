"""Slide 4: the model is there, but x.mm(w) is trained, with a w that nobody moves."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("fit_matches[SGD]", "fit_matches[Adam]")
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
    w = torch.zeros(x.shape[1], y.shape[1], dtype=x.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(x.mm(w), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
