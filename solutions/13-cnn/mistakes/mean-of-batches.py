"""The mean of the batches' accuracies: a short last batch weighs as much as a full one."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("every_image_counts_the_same", "accuracy_does_not_depend_on_the_batch_size")
HINT = "A short last batch weighs as much as a full one. Count the hits of all batches, and divide by N at the end."


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float() / 255
    shares = []
    with torch.no_grad():
        for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
            shares.append(float((model(part).argmax(dim=1) == wanted).float().mean()))
    return sum(shares) / len(shares)
