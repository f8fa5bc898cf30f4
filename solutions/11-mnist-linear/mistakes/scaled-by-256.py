"""Division by 256."""

import torch
from torch import nn

CAUGHT_BY = ("grey_is_not_black",)
HINT = "Your black is not quite black: the largest of the pixel values should become exactly 1. Which value is it?"


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 256)
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
