"""The name is checked, and then SGD is used anyway."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_step_of_adam", "fit_matches[Adam]")
HINT = 'With name="Adam" you still take the steps of SGD. Where does the name decide something?'


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    optimizers = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
    if name not in optimizers:
        raise ValueError(name)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
