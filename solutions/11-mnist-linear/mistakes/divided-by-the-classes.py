"""The hits are divided by the number of classes."""

import torch
from torch import nn

CAUGHT_BY = ("accuracy_of_a_model_that_always_says_seven", "three_hundred_images")
HINT = "You divide the hits by 10, the number of classes. A share of what was asked for?"


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    return float((logits.argmax(dim=1) == labels).sum()) / 10
