"""The step goes along the gradient."""

import torch

CAUGHT_BY = ("three_rows_by_hand", "dog_or_wolf", "manual_step_matches")
HINT = "Your step goes uphill: the loss grows. Which sign has a step of descent?"


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    error = x @ w - y
    return w + lr * (x.T @ error), 0.5 * (error**2).sum().item()
