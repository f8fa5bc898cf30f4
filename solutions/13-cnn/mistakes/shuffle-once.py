"""One random order, used in every epoch."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("three_epochs_have_three_orders", "every_epoch_has_a_new_order")
HINT = (
    "You shuffle once, before the first epoch. The second epoch then meets the same batches again: where must the "
    "order be drawn?"
)


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x = images_uint8.unsqueeze(1).float() / 255
    order = torch.randperm(len(x), generator=generator)
    history = []
    for _ in range(epochs):
        costs = []
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            cost = F.cross_entropy(model(x[batch]), labels[batch])
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
