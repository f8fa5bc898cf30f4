"""The channel at the end."""

import torch

CAUGHT_BY = ("one_channel", "images_match")
HINT = (
    "The channel stands at the end, as in picture files. PyTorch wants it behind N: (N, 1, 28, 28). Which axis is"
    " it in yours?"
)


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(-1).float() / 255
