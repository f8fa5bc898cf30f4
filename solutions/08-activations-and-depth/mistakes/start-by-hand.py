"""All parameters are drawn by hand, from N(0, 1)."""

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("start_is_that_of_nn_linear", "first_steps[SGD]", "first_steps[Adam]")
HINT = "Your network starts with other numbers than nn.Linear draws, far larger ones. Who gives the layers their start?"


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    stepper = (
        torch.optim.SGD(model.parameters(), lr=0.001)
        if optimizer == "SGD"
        else torch.optim.Adam(model.parameters(), lr=0.01)
    )
    losses = []
    for _ in range(steps):
        stepper.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return model, losses
