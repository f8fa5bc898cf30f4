"""w.grad is cleared after the step, so an old gradient takes part in it."""

import torch

CAUGHT_BY = ("an_old_gradient_has_no_part", "old_gradient_does_not_count")
HINT = (
    "You clear w.grad after the step. Then this step still counts what it held when you were called: when must "
    "it be cleared?"
)


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    loss = 0.5 * ((x @ w - y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        new = w - lr * w.grad
        w.grad.zero_()
    return new.requires_grad_(), loss.item()
