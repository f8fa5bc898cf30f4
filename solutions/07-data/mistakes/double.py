"""Double precision."""

import torch

CAUGHT_BY = ("one_channel", "grey_levels_stay_apart")
HINT = (
    "Right numbers in float64, which a layer with float32 weights refuses. What does numpy's division make of "
    "bytes, and who makes float32 of it?"
)


def to_chw_float(images):
    return torch.from_numpy(images / 255).unsqueeze(1)
