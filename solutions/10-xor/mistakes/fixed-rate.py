"""The learning rate of the slide, whatever is asked for."""

import torch
from torch import nn

CAUGHT_BY = ("first_cost_is_that_of_the_seed", "other_seeds_and_rates")
HINT = "Your costs do not change with the learning rate. Which one does your optimizer use?"


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    torch.manual_seed(seed)
    model = nn.Linear(2, 1)
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    costs = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = criterion(torch.sigmoid(model(X)), Y)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return costs
