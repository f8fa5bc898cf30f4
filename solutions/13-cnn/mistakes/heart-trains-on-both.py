"""The rows to validate with are trained on, too."""

import torch
from torch import nn

CAUGHT_BY = ("only_the_first_rows_are_trained_on",)
HINT = "The training sees the images of val_rows. An exam whose questions were practised says nothing: leave them out."


def train_and_validate(
    model: nn.Module,
    images_uint8: torch.Tensor,
    labels: torch.Tensor,
    train_rows: torch.Tensor,
    val_rows: torch.Tensor,
    *,
    size: int,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
) -> tuple[float, float]:
    used = train_rows[:size]
    rows = torch.cat([used, val_rows])
    train(model, images_uint8[rows], labels[rows], epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return accuracy(model, images_uint8[used], labels[used]), accuracy(model, images_uint8[val_rows], labels[val_rows])
