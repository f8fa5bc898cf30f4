"""Gradients are never cleared."""

import torch
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "other_seeds_and_rates")
HINT = (
    "Your first costs are right, the later ones are not: PyTorch adds every gradient to the one before. What must"
    " happen to .grad in every step?"
)


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    torch.manual_seed(seed)
    model = nn.Linear(2, 1)
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    costs = []
    for _ in range(steps):
        cost = criterion(torch.sigmoid(model(X)), Y)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return costs
