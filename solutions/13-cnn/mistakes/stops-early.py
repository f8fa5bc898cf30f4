"""The training ends when the cost rises."""

import torch
from torch import nn

CAUGHT_BY = ("every_epoch_is_trained",)
HINT = "You stop before the last epoch. How many epochs are asked for, whatever the cost does on the way?"


def train(model, images_uint8, labels, *, epochs, batch_size, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for _ in range(epochs):
        costs = []
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
        if len(history) > 1 and history[-1] > history[-2]:
            break
    return history
