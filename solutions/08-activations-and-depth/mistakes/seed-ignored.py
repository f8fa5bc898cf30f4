"""The network starts from wherever the generator of PyTorch stands."""

import numpy as np
import torch
from torch import nn

CAUGHT_BY = ("one_seed_gives_one_training", "the_seed_decides_everything")
HINT = "The same seed gave two different trainings. The data come from it; what about the start of the network?"


def fit_quadratic(seed, steps=5000, optimizer="SGD"):
    x, y = make_quadratic(1000, np.random.default_rng(seed))
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
        losses.append(loss.item())
    return model, losses
