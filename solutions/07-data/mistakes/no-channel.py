"""No axis for the channel."""

import torch

CAUGHT_BY = ("grey_levels", "one_channel", "images_match")
HINT = "Right numbers, no channel: a convolution wants (N, 1, 28, 28). Where does the axis of length 1 go?"


def to_chw_float(images):
    return torch.from_numpy(images).float() / 255
