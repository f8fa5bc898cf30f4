"""The slope is measured on one side only."""

import numpy as np

CAUGHT_BY = ("check_with_a_large_eps", "check_ignores_the_past_and_moves_by_eps")
HINT = "You measure from x to x + eps. What becomes of the error if you measure from x - eps to x + eps instead?"


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
            x.data = before
            down = f(*inputs).data.item()
            numeric = (up - down) / eps
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            largest = max(largest, float(error))
        x.data = before
    return largest
