"""SGD with weight decay, which pulls every weight towards zero."""

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("first_steps[SGD]",)
HINT = "Your parameters shrink a little in every step. Which setting of SGD, other than lr, did you change?"


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
    if optimizer == "SGD":
        stepper = torch.optim.SGD(model.parameters(), lr=0.001, weight_decay=1e-4)
    else:
        stepper = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        stepper.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return model, losses
