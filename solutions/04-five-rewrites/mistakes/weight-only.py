"""The bias never takes a step."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "functional_step_matches[bias]")
HINT = "The weight moves and the bias does not. Which of model.parameters() takes your step?"


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    model.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        first = next(iter(model.parameters()))
        first -= lr * first.grad
    return loss.item()
