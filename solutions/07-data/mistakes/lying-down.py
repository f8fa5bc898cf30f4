"""Rows and columns exchanged."""

import torch

CAUGHT_BY = ("one_channel", "images_match")
HINT = "Every digit lies on its side: rows and columns are exchanged. Does any axis but the new one have to move?"


def to_chw_float(images):
    return torch.from_numpy(images).permute(0, 2, 1).unsqueeze(1).float() / 255
