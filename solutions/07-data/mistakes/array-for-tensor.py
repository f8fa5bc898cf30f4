"""A numpy array."""

import numpy as np

CAUGHT_BY = ("grey_levels", "one_channel", "images_match")
HINT = "Right numbers in a numpy array. A network of PyTorch takes tensors: what makes one of an array?"


def to_chw_float(images):
    return images[:, None].astype(np.float32) / 255
