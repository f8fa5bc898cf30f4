"""The sum of the four rows' losses, where the mean belongs."""

import torch
from torch import nn

CAUGHT_BY = ("costs_of_the_lecture", "other_seeds_and_rates", "first_cost_is_that_of_the_seed")
HINT = (
    "Your cost is four times too large: the loss is a mean over the four rows. What does your criterion do with them?"
)


def train_single_layer(steps=10001, lr=1.0, seed=777):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    torch.manual_seed(seed)
    model = nn.Linear(2, 1)
    criterion = nn.BCELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    costs = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = criterion(torch.sigmoid(model(X)), Y)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return costs
