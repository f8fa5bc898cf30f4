"""The caller's array gets the new shape."""

import torch

CAUGHT_BY = ("images_stay_as_they_were",)
HINT = "Your tensor is right, but the caller's images have another shape now. Which calls return a new array instead?"


def to_chw_float(images):
    images.shape = (-1, 1, 28, 28)
    return torch.from_numpy(images).float() / 255
