"""The difference is not divided by the size of the gradients."""

import numpy as np

CAUGHT_BY = (
    "check_of_cubes_and_of_half_a_square",
    "check_finds_one_wrong_entry",
)
HINT = (
    "You return a difference. A tenth is much for a slope of 1 and nothing for a slope of a million: what "
    "must it be divided by?"
)


def gradcheck(f: Callable[..., Tensor], inputs: list[Tensor], eps: float = 1e-6) -> float:
    for x in inputs:
        x.grad = None
    f(*inputs).backward()
    largest = 0.0
    for x in inputs:
        analytic = np.zeros(x.data.shape) if x.grad is None else x.grad
        before = x.data
        for i in np.ndindex(before.shape):
            step = np.zeros(before.shape)
            step[i] = eps
            x.data = before + step
            up = f(*inputs).data.item()
            x.data = before - step
            down = f(*inputs).data.item()
            numeric = (up - down) / (2.0 * eps)
            error = abs(analytic[i] - numeric)
            largest = max(largest, float(error))
        x.data = before
    return largest
