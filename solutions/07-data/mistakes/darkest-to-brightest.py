"""The images are stretched from their darkest to their brightest pixel."""

import numpy as np
import torch

CAUGHT_BY = ("pale_images",)
HINT = (
    "You stretch the images from their darkest to their brightest pixel. A byte of 51 is always .2: which two "
    "numbers do not depend on the images?"
)


def to_chw_float(images: np.ndarray) -> torch.Tensor:
    x = torch.from_numpy(images)[:, None].to(torch.float32)
    return (x - x.min()) / (x.max() - x.min())
