"""Each loss is taken after its step."""

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("a_loss_before_each_step", "first_steps[SGD]", "first_steps[Adam]")
HINT = "Your losses come one step late: entry 0 is the loss of the network as it starts."


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
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
        losses.append(nn.functional.l1_loss(model(x), y).item())
    return model, losses
