"""Adam with amsgrad, which never forgets a large gradient."""

import torch
from torch import nn

CAUGHT_BY = ("steps_fade_as_those_of_adam",)
HINT = "After a large gradient your steps stay small. Which setting of torch.optim.Adam, other than lr, did you change?"


def train(model, images_uint8, labels, *, epochs, batch_size, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, amsgrad=True)
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
