"""The step is written into the caller's w."""

import torch

CAUGHT_BY = ("manual_step_leaves_its_arguments_alone",)
HINT = "The caller's w has changed. `w -= ...` looks like `w = w - ...`; what is the difference?"


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    error = x @ w - y
    loss = 0.5 * (error**2).sum().item()
    w -= lr * (x.T @ error)
    return w, loss
