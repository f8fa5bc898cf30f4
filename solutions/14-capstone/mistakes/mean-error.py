"""The errors of all entries are averaged."""

import numpy as np

CAUGHT_BY = ("check_finds_one_wrong_entry",)
HINT = "One wrong entry among many right ones hardly shows in your answer. Which of the errors is asked for?"


def gradcheck(f: Callable[..., Tensor], inputs: list[Tensor], eps: float = 1e-6) -> float:
    for x in inputs:
        x.grad = None
    f(*inputs).backward()
    errors = []
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
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            errors.append(error)
        x.data = before
    return float(np.mean(errors))
