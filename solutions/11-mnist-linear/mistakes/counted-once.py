"""`counts[y, p] += 1` adds 1 to each pair once, however often it occurs."""

import numpy as np

CAUGHT_BY = ("confusion_by_hand", "confusion_matches", "margins_are_counts")
HINT = (
    "Nowhere more than 1: with lists of indices, `counts[y, p] += 1` reads, adds and writes once for each "
    "place. How do you count repeated pairs?"
)


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    counts = np.zeros((k, k), dtype=np.int64)
    counts[y, p] += 1
    return counts
