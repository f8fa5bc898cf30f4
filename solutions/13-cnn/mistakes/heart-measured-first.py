"""Measured before the training."""

import torch
from torch import nn

CAUGHT_BY = ("accuracies_after_the_training",)
HINT = "Both numbers are those of a model that has not learned yet. In which order do you train and measure?"


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
    seen = accuracy(model, images_uint8[used], labels[used])
    unseen = accuracy(model, images_uint8[val_rows], labels[val_rows])
    train(model, images_uint8[used], labels[used], epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return seen, unseen
