"""The digit comes as a tensor of shape (1,)."""

import torch
from torch import nn

CAUGHT_BY = ("one_grey_image", "digits_of_given_weights")
HINT = "The digit is right and still a tensor. How does a tensor of one entry become a plain number?"


def predict_one(model: nn.Module, image_uint8: torch.Tensor) -> int:
    return model(image_uint8.flatten()[None] / 255).argmax(dim=1)
