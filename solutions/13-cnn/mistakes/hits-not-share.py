"""The number of hits."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("accuracy_of_a_model_that_always_says_seven", "every_image_counts_the_same", "accuracy_of_known_weights")
HINT = "You count the hits. A share of the images was asked for: what is missing?"


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> int:
    x = images_uint8.unsqueeze(1).float() / 255
    with torch.no_grad():
        return int((model(x).argmax(dim=1) == labels).sum())
