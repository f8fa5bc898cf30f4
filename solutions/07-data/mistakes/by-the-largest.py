"""Divided by the largest byte that occurs."""

import torch

CAUGHT_BY = ("pale_images", "images_match")
HINT = (
    "Right where an image holds a 255, and too dark where it is pale: you divide by its largest byte. What must "
    "a byte of 100 become, whatever else is in the image?"
)


def to_chw_float(images):
    return torch.from_numpy(images).unsqueeze(1).float() / images.max()
