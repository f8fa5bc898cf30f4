"""One table for all calls."""

import numpy as np

CAUGHT_BY = ("every_table_starts_from_zero", "confusion_leaves_its_arguments_alone")
HINT = "The counts of one call are still there in the next. Where is the table made?"


TABLES: dict[int, np.ndarray] = {}


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    counts = TABLES.setdefault(k, np.zeros((k, k), dtype=np.int64))
    np.add.at(counts, (y, p), 1)
    return counts.copy()
