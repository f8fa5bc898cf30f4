"""The function returns from inside its loop."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("every_image_counts_the_same", "accuracy_does_not_depend_on_the_batch_size")
HINT = "Only the first batch is counted. When does your loop end?"


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float() / 255
    with torch.no_grad():
        for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
            hits = int((model(part).argmax(dim=1) == wanted).sum())
            return hits / len(wanted)
    return 0.0
