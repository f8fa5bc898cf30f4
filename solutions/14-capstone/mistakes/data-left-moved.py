"""The last entry of each input stays moved."""

import numpy as np

CAUGHT_BY = ("check_leaves_the_data_alone", "check_ignores_the_past_and_moves_by_eps")
HINT = "After the check an input is not what it was. What happens to an entry after its second measurement?"


def gradcheck(f: Callable[..., Tensor], inputs: list[Tensor], eps: float = 1e-6) -> float:
    for x in inputs:
        x.grad = None
    f(*inputs).backward()
    largest = 0.0
    for x in inputs:
        analytic = np.zeros(x.data.shape) if x.grad is None else x.grad
        before = x.data.copy()
        for i in np.ndindex(before.shape):
            step = np.zeros(before.shape)
            step[i] = eps
            x.data = before + step
            up = f(*inputs).data.item()
            x.data = before - step
            down = f(*inputs).data.item()
            numeric = (up - down) / (2.0 * eps)
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            largest = max(largest, float(error))
    return largest
