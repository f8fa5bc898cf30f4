"""The images of a last short batch are never looked at."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("every_image_counts_the_same", "accuracy_does_not_depend_on_the_batch_size")
HINT = "A last batch that is not full is left out. In training that may be; in a measurement every image counts."


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float() / 255
    batch_size = min(batch_size, len(x))
    full = len(x) // batch_size * batch_size
    hits = 0
    with torch.no_grad():
        for start in range(0, full, batch_size):
            part = slice(start, start + batch_size)
            hits += int((model(x[part]).argmax(dim=1) == labels[part]).sum())
    return hits / full
