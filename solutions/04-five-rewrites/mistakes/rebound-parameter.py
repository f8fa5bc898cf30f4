"""`p = p - lr * p.grad` gives the loop's variable another value, and the model none."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "functional_step_matches[bias]", "functional_step_matches[no-bias]")
HINT = (
    "The model is the same after the step. Either what you moved is not the tensor that the model holds (`p = "
    "p - ...` gives the name p to a new one), or no gradient was left to move it by. Print both before and "
    "after."
)


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    model.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p = p - lr * p.grad
    return loss.item()
