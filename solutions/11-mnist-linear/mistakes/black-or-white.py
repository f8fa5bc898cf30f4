"""Integer division: every pixel below 255 becomes 0."""

import torch
from torch import nn

CAUGHT_BY = ("grey_is_not_black", "accuracy_of_given_weights", "parts_add_up_to_the_whole")
HINT = "All greys have become white: only pixels of 255 are left. Which kind of division gives a fraction?"


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model((images_uint8.flatten(start_dim=1) // 255).float())
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
