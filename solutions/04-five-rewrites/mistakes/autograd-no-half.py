"""The loss without its one half: twice the gradient as well."""

import torch

CAUGHT_BY = ("slope_of_a_parabola", "autograd_step_matches", "autograd_agrees_with_the_hand")
HINT = "Loss and step are both twice too large: PyTorch differentiated what you wrote. What stands before the sum?"


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    leaf = w.detach().clone().requires_grad_()
    loss = ((x @ leaf - y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        new = leaf - lr * leaf.grad
    return new.requires_grad_(), loss.item()
