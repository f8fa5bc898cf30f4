"""Adam with the learning rate of SGD."""

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("first_step_of_adam", "first_steps[Adam]")
HINT = "Adam moves every parameter by about its learning rate; yours by a tenth of the one asked. Which is it?"


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
    stepper = (
        torch.optim.SGD(model.parameters(), lr=0.001) if optimizer == "SGD" else torch.optim.Adam(model.parameters())
    )
    losses = []
    for _ in range(steps):
        stepper.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return model, losses
