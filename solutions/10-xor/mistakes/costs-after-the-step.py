"""The cost is taken after the step."""

import torch
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "other_seeds_and_rates", "first_cost_is_that_of_the_seed")
HINT = (
    "Your costs are one step late: the first one must belong to the weights as they were drawn. When do you write"
    " it down?"
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
        optimizer.zero_grad()
        cost = criterion(torch.sigmoid(model(X)), Y)
        cost.backward()
        optimizer.step()
        costs.append(criterion(torch.sigmoid(model(X)), Y).item())
    return costs
