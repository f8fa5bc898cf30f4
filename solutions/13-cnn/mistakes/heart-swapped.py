"""The accuracies are swapped."""

import torch
from torch import nn

CAUGHT_BY = ("accuracies_of_a_model_that_says_seven",)
HINT = "Both numbers are right, and in each other's place. Which one comes first?"


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
    train(model, images_uint8[used], labels[used], epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return accuracy(model, images_uint8[val_rows], labels[val_rows]), accuracy(model, images_uint8[used], labels[used])
