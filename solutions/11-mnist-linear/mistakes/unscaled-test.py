"""Slide: the test images keep their 0 to 255."""

import torch
from torch import nn

CAUGHT_BY = ("grey_is_not_black", "accuracy_of_given_weights", "parts_add_up_to_the_whole")
HINT = (
    "Trained on 0 to 1, measured on 0 to 255: the bias has no say any more. On the slide this cost 3.7 points "
    "of accuracy. What is missing?"
)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1).float())
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
