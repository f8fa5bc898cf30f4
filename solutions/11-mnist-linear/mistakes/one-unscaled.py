"""The single image keeps its 0 to 255."""

import torch
from torch import nn

CAUGHT_BY = ("one_grey_image", "digits_of_given_weights")
HINT = "This image comes as raw as those of evaluate. What did the model see in training?"


def predict_one(model: nn.Module, image_uint8: torch.Tensor) -> int:
    return int(model(image_uint8.flatten()[None].float()).argmax())
