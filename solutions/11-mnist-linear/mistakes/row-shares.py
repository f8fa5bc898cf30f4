"""Each row is divided by its sum."""

import numpy as np

CAUGHT_BY = ("confusion_by_hand", "confusion_matches", "margins_are_counts")
HINT = "Shares are good to look at, but counts were asked for: whole numbers. What do you divide by?"


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    counts = np.zeros((k, k))
    np.add.at(counts, (y, p), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
