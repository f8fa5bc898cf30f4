"""A hidden layer, so that XOR can be learnt."""

import torch
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "other_seeds_and_rates")
HINT = (
    "No single line separates XOR, and this task is there to show it: the cost must stay at ln 2. How many layers"
    " does your model have?"
)


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1))
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    costs = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = criterion(torch.sigmoid(model(X)), Y)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return costs
