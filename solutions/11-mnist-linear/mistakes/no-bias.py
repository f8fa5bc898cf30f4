"""The model has no bias."""

from torch import nn

CAUGHT_BY = ("model_has_7850_parameters",)
HINT = "7,840 parameters: ten are missing. What does the model say about an image without any ink?"


def make_model() -> nn.Linear:
    return nn.Linear(28 * 28, 10, bias=False)
