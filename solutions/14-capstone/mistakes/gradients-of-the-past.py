"""What stood in .grad before goes into the check."""

import numpy as np

CAUGHT_BY = ("check_ignores_the_past_and_moves_by_eps",)
HINT = (
    "Somebody called backward() before your check, and its gradients are still in .grad. What does "
    "backward() do with what it finds there?"
)


def gradcheck(f: Callable[..., Tensor], inputs: list[Tensor], eps: float = 1e-6) -> float:
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
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            largest = max(largest, float(error))
        x.data = before
    return largest
