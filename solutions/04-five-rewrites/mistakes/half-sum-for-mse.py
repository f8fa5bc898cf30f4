"""Half the sum of squares for F.mse_loss."""

import torch
from torch import nn

CAUGHT_BY = ("first_steps_of_the_lecture", "functional_step_matches[bias]", "half_the_sum_is_64_times_the_mean")
HINT = (
    "This is the loss of the first two rewrites. F.mse_loss is a mean over all N * dout entries: how much "
    "smaller is it?"
)


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    model.zero_grad()
    loss = 0.5 * ((model(x) - y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss.item()
