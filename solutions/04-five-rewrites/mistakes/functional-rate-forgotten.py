"""step_functional subtracts the whole gradient."""

import torch
import torch.nn.functional as F

CAUGHT_BY = ("first_steps_of_the_lecture",)
HINT = "You subtract the whole gradient. How long may a step be, and which argument says so?"


def step_functional(model, x, y, lr):
    model.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= p.grad
    return loss.item()
