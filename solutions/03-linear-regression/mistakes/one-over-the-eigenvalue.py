"""1 / lambda, where the step lands in the middle of the valley."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = (
    "With 1 over the eigenvalue a step ends exactly at the bottom of the steepest valley. How far may it "
    "go until it stands as high on the other side?"
)


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(1 / np.linalg.eigvalsh(2 / len(X) * A.T @ A).max())
