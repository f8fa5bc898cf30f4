"""The size of the table is guessed from the labels."""

import numpy as np

CAUGHT_BY = ("classes_that_do_not_occur", "confusion_matches")
HINT = (
    "The table is too small: a class that does not occur has a row and a column all the same. Who knows the "
    "number of classes?"
)


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    size = max(y.max(), p.max()) + 1
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (y, p), 1)
    return counts
