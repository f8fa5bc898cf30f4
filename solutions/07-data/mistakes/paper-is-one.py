"""Paper is 1, ink is 0."""

import torch

CAUGHT_BY = ("grey_levels", "images_match")
HINT = "Paper became 1 and ink 0. Which of the two is 0 here?"


def to_chw_float(images):
    return 1 - torch.from_numpy(images).unsqueeze(1).float() / 255
