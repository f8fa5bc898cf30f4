"""A learning rate that falls by a tenth after every epoch."""

import torch
from torch import nn

CAUGHT_BY = ("three_steps_of_adam", "first_steps_are_those_of_adam")
HINT = "Your first step is right and the later ones are shorter. What happens to the learning rate after an epoch?"


def train(model, images_uint8, labels, *, epochs, batch_size, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    history = []
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = lr * 0.9**epoch
        costs = []
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
