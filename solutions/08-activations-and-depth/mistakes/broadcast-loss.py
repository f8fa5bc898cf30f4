"""A flat prediction beside a column of targets: a million differences."""

import warnings

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("first_steps[Adam]",)
HINT = (
    "(1000,) minus (1000, 1) is a table of a million differences, each prediction against every target. "
    "Which two shapes belong together?"
)

warnings.simplefilter("ignore")


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
        loss = nn.functional.l1_loss(model(x).squeeze(1), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return model, losses
