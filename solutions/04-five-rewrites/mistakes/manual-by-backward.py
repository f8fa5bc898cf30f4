"""The gradient by hand comes from backward()."""

import torch

CAUGHT_BY = ("the_gradient_is_a_formula", "manual_gradient_is_by_hand")
HINT = (
    "The numbers are right, but the machine derived them. Here the gradient is yours: which product of x and "
    "the error is it?"
)


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    leaf = w.detach().clone().requires_grad_()
    loss = 0.5 * ((x @ leaf - y) ** 2).sum()
    loss.backward()
    return (leaf - lr * leaf.grad).detach(), loss.item()
