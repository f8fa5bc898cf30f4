"""The seed is set when the layer has drawn its weights already."""

import torch
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "other_seeds_and_rates", "first_cost_is_that_of_the_seed")
HINT = (
    "Your first cost is not that of the seed. The layer draws its weights when it is made: which of the two comes"
    " first?"
)


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    model = nn.Linear(2, 1)
    torch.manual_seed(seed)
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
