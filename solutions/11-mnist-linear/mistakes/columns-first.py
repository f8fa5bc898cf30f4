"""The images are flattened column by column."""

import torch
from torch import nn

CAUGHT_BY = ("every_pixel_has_its_place", "accuracy_of_given_weights", "parts_add_up_to_the_whole")
HINT = (
    "The pixels of a row stand in another order than in training: rows come first, each from left to right. "
    "What did you turn?"
)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.transpose(1, 2).flatten(start_dim=1) / 255)
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
