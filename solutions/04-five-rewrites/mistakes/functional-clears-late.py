"""The model's gradients are cleared after the step."""

import torch
import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("an_old_gradient_of_a_model_has_no_part", "old_gradients_of_a_model_do_not_count")
HINT = "Gradients add up in .grad, and what it held before takes part in your step. Who clears it, and when?"


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss.item()
