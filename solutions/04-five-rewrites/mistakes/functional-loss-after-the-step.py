"""step_functional returns the loss of the moved parameters."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "every_parameter_takes_a_step", "an_old_gradient_of_a_model_has_no_part")
HINT = "Your loss is that of the parameters after the step. Which parameters had been used when the error was made?"


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    model.zero_grad()
    F.mse_loss(model(x), y).backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= lr * parameter.grad
        return F.mse_loss(model(x), y).item()
