"""AdamW, which also moves weights that have no gradient."""

import torch
from torch import nn

CAUGHT_BY = ("three_steps_of_adam", "first_steps_are_those_of_adam")
HINT = "Your weights shrink even where their gradient is 0. Is your optimizer torch.optim.Adam, with its defaults?"


def train(model, images_uint8, labels, *, epochs, batch_size, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
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
    return history
