"""Divided by 255 twice."""

import torch

CAUGHT_BY = ("grey_levels",)
HINT = "Your pixels are 255 times too small: they are divided twice."


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(1).float() / 255 / 255
