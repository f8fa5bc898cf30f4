"""Rows are the predictions."""

import numpy as np

CAUGHT_BY = ("confusion_by_hand", "confusion_matches", "margins_are_counts")
HINT = "Your table is the transpose: rows belong to the true classes. Which index comes first?"


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    counts = np.zeros((k, k), dtype=np.int64)
    np.add.at(counts, (p, y), 1)
    return counts
