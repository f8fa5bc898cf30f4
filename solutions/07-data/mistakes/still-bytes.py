"""No division."""

import torch

CAUGHT_BY = ("grey_levels", "images_match")
HINT = "The numbers still go to 255. What do you divide by, so that ink is 1?"


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(1).float()
