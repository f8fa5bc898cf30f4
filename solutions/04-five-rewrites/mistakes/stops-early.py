"""The training ends when the loss no longer falls."""

import torch
import torch.nn.functional as F

CAUGHT_BY = ("every_step_is_taken", "long_runs_of_the_lecture")
HINT = "You stop before the last step. How many steps are asked for, whatever the loss does on the way?"


def fit_optimizer(model, x, y, lr, steps, name="SGD"):
    if name not in ("SGD", "Adam"):
        raise ValueError(name)
    optimizer = getattr(torch.optim, name)(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) > 1 and losses[-1] >= losses[-2]:
            break
    return losses
