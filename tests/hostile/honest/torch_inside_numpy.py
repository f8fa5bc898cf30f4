"""Uses torch inside a function of numpy arrays."""

ASSIGNMENT = "02-warm-up-torch"

import numpy as np
import torch


def double(x):
    return (2 * torch.from_numpy(np.ascontiguousarray(x))).numpy()
