"""The images are flattened column by column."""

import torch
from torch import nn

CAUGHT_BY = ("every_pixel_has_its_place", "accuracy_of_given_weights", "parts_add_up_to_the_whole")
HINT = (
    "Images that should be recognised are not. Do the pixels of a row stand in the order of the training (rows "
    "first, each from left to right), and do you count the hits?"
)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.transpose(1, 2).flatten(start_dim=1) / 255)
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
