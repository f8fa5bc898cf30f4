"""The loss is averaged and its gradient divided by the number of rows."""

import torch

CAUGHT_BY = ("three_rows_by_hand", "manual_step_matches")
HINT = (
    "Something is divided here by the size of the batch. This loss is half a sum: which operation of yours "
    "makes a mean?"
)


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    error = x @ w - y
    return w - lr * (x.T @ error) / len(x), 0.5 * (error**2).sum().item() / len(x)
