"""The training ends when the cost rises."""

import torch
from torch import nn

CAUGHT_BY = ("every_epoch_is_trained",)
HINT = "You stop before the last epoch. How many epochs are asked for, whatever the cost does on the way?"


def train(model, loader, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
        if len(history) > 1 and history[-1] > history[-2]:
            break
    return history
