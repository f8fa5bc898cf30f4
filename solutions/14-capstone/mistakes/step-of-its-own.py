"""Every entry is moved by a millionth, whatever eps is."""

import numpy as np

CAUGHT_BY = ("check_with_a_large_eps", "check_ignores_the_past_and_moves_by_eps")
HINT = (
    "Your check always moves an entry by the same length. Who decides how far, and by what is the difference divided "
    "then?"
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
            step[i] = 1e-6
            x.data = before + step
            up = f(*inputs).data.item()
            x.data = before - step
            down = f(*inputs).data.item()
            numeric = (up - down) / 2e-6
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            largest = max(largest, float(error))
        x.data = before
    return largest
