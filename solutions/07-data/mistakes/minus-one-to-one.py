"""The pixels run from -1 to 1."""

import torch

CAUGHT_BY = ("grey_levels",)
HINT = "Your pixels run from -1 to 1. Paper is 0 and ink 1 here: what is a byte divided by, and is anything subtracted?"


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(1).float() / 127.5 - 1
