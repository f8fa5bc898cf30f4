"""The gradients are cleared between backward() and the step."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "functional_step_matches[bias]")
HINT = (
    "The model is the same after the step. Either what you moved is not the tensor that the model holds (`p = "
    "p - ...` gives the name p to a new one), or no gradient was left to move it by. Print both before and "
    "after."
)


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    loss = F.mse_loss(model(x), y)
    loss.backward()
    model.zero_grad(set_to_none=False)
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()
