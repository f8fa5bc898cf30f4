"""Works in float32 tensors, with threads of torch's own and a file of weights."""

ASSIGNMENT = "02-warm-up-torch"

import numpy as np
import torch

torch.set_num_threads(2)


def double(x):
    weights = {"factor": torch.tensor(2.0)}
    torch.save(weights, "weights.pt")
    factor = torch.load("weights.pt", weights_only=True)["factor"]
    a = torch.ones(64, 64)
    assert torch.isfinite(torch.nn.functional.conv2d(a[None, None], a[None, None, :3, :3])).all()
    return np.asarray(factor * torch.as_tensor(x, dtype=torch.float32))
