"""The loss of the new weights."""

import torch

CAUGHT_BY = ("three_rows_by_hand", "dog_or_wolf", "manual_step_matches")
HINT = "Your w is right, and your loss belongs to it. Which weights had been used when the error was made?"


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    w = w - lr * (x.T @ (x @ w - y))
    return w, 0.5 * ((x @ w - y) ** 2).sum().item()
