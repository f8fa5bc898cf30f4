"""A minus between the two terms, and so the wrong sign for the label 0."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = (
    "Examples with label 0 lower your loss, the more so the worse their answer. Does the minus of the formula "
    "belong to one term, or to both?"
)


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(y * np.log(p) - (1.0 - y) * np.log(1.0 - p)))
