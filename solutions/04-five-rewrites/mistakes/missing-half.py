"""The loss without its one half."""

import torch

CAUGHT_BY = ("three_rows_by_hand", "dog_or_wolf", "manual_step_matches")
HINT = (
    "Your loss is twice as large as it should be; your step is right. What became of the 2 when you "
    "differentiated the square?"
)


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    error = x @ w - y
    return w - lr * (x.T @ error), (error**2).sum().item()
