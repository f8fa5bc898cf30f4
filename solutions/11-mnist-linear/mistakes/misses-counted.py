"""The share of wrong answers."""

import torch
from torch import nn

CAUGHT_BY = (
    "accuracy_of_a_model_that_always_says_seven",
    "grey_is_not_black",
    "three_hundred_images",
    "accuracy_of_given_weights",
)
HINT = "This is the share of wrong answers. Which images should be counted?"


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    return int((logits.argmax(dim=1) != labels).sum()) / len(labels)
