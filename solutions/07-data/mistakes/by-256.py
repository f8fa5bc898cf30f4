"""Divided by 256."""

import torch

CAUGHT_BY = ("grey_levels", "images_match")
HINT = "Nearly right, and ink is .996: the largest byte is 255. What do you divide by?"


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(1).float() / 256
