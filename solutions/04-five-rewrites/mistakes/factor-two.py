"""The gradient of the sum of squares, not of half of it."""

import torch

CAUGHT_BY = ("three_rows_by_hand", "dog_or_wolf", "manual_step_matches")
HINT = "Your step is exactly twice as long as it should be. Did you differentiate the one half as well?"


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    error = x @ w - y
    return w - lr * 2 * (x.T @ error), 0.5 * (error**2).sum().item()
