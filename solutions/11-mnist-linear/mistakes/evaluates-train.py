"""The accuracy on what train saw last."""

from collections.abc import Iterable

import torch
from torch import nn

CAUGHT_BY = ("measures_the_images_it_is_given",)
HINT = (
    "Your accuracy is that of the training images. An exam with known questions says little: evaluate the "
    "images that you were given."
)


SEEN: list[tuple[torch.Tensor, torch.Tensor]] = []
train_unseen = train


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    SEEN[:] = list(loader)
    return train_unseen(model, loader, epochs, lr)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    batches = SEEN or [(images_uint8 / 255, labels)]
    with torch.no_grad():
        hits = [model(x.flatten(start_dim=1)).argmax(dim=1) == y for x, y in batches]
    return float(torch.cat(hits).float().mean())
