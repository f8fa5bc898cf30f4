"""The difference over two eps is divided by one."""

import numpy as np

CAUGHT_BY = ("check_with_a_large_eps", "check_leaves_the_data_alone")
HINT = "Your numeric slope is twice too large, so right gradients look wrong. How far is it from x - eps to x + eps?"


def gradcheck(f, inputs, eps=1e-6):
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
            numeric = (up - down) / eps
            error = abs(analytic[i] - numeric) / max(1e-8, abs(analytic[i]) + abs(numeric))
            largest = max(largest, float(error))
        x.data = before
    return largest
