"""The mean absolute error."""

import torch
import torch.nn.functional as F

CAUGHT_BY = ("costs_of_the_lecture",)
HINT = "You train on the sizes of the errors. The task takes the mean of their squares: which function of F is that?"


def fit_optimizer(model, x, y, lr, steps, name="SGD"):
    if name not in ("SGD", "Adam"):
        raise ValueError(name)
    o = getattr(torch.optim, name)(model.parameters(), lr=lr)
    out = []
    for _ in range(steps):
        o.zero_grad()
        loss = F.l1_loss(model(x), y)
        loss.backward()
        o.step()
        out.append(loss.item())
    return out
