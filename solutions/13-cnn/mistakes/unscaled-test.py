"""accuracy leaves the images at 0 to 255."""

import torch
from torch import Tensor, nn

CAUGHT_BY = (
    "grey_images_are_divided_by_255",
    "accuracy_of_known_weights",
    "accuracy_does_not_depend_on_the_batch_size",
)
HINT = "Trained on 0 to 1, tested on 0 to 255: the images must be scaled in accuracy exactly as in train."


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float()
    hits = 0
    with torch.no_grad():
        for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
            hits += int((model(part).argmax(dim=1) == wanted).sum())
    return hits / len(labels)
