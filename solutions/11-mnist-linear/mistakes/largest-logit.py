"""The largest logit, not its place."""

import torch
from torch import nn

CAUGHT_BY = ("one_grey_image", "digits_of_given_weights")
HINT = "You return how sure the model is, not of what. Which function gives the place of the largest entry?"


def predict_one(model: nn.Module, image_uint8: torch.Tensor) -> int:
    return int(model(image_uint8.flatten()[None] / 255).max())
