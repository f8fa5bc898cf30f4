"""Divided as whole numbers."""

import torch

CAUGHT_BY = ("grey_levels", "images_match")
HINT = "Everything became 0 or 1: you divide whole numbers and lose what is between. What must come first?"


def to_chw_float(images):
    return torch.from_numpy(images // 255).unsqueeze(1).float()
