"""F.mse_loss for half the sum."""

import torch
import torch.nn.functional as F

CAUGHT_BY = ("slope_of_a_parabola", "autograd_step_matches", "autograd_agrees_with_the_hand")
HINT = "This step is still about half a SUM of squares. F.mse_loss is another loss: what does it divide by?"


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    leaf = w.detach().clone().requires_grad_()
    loss = F.mse_loss(x @ leaf, y)
    loss.backward()
    with torch.no_grad():
        new = leaf - lr * leaf.grad
    return new.requires_grad_(), loss.item()
