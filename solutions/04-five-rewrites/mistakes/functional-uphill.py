"""The step goes along the gradient."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "functional_step_matches[bias]")
HINT = "The loss grows from step to step: the parameters move along the gradient. Which sign has a step of descent?"


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    model.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p += lr * p.grad
    return loss.item()
