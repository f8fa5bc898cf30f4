"""The probabilities are clipped to [0.001, 0.999]."""

import numpy as np

CAUGHT_BY = ("bce_of_a_certain_answer",)
HINT = (
    "An answer that is certain and right costs something in yours: you clip too much. Which bounds does the task name?"
)


def bce(p, y):
    p = np.clip(p, 1e-3, 1.0 - 1e-3)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
