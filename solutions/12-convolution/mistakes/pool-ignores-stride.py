"""Reshaping into blocks: the windows always lie side by side, whatever the stride."""

import numpy as np

CAUGHT_BY = (
    "mean_of_every_window",
    "largest_entries_of_random_batches",
    "largest_entry_may_be_negative",
    "means_of_random_batches",
)
HINT = (
    "Blocks side by side are right only where the stride is k. With a smaller stride windows overlap, with a "
    "larger one they leave gaps."
)


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    n, c, height, width = x.shape
    rows, columns = height // k, width // k
    blocks = x[:, :, : rows * k, : columns * k].reshape(n, c, rows, k, columns, k)
    return blocks.max(axis=(3, 5))


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    n, c, height, width = x.shape
    rows, columns = height // k, width // k
    blocks = x[:, :, : rows * k, : columns * k].reshape(n, c, rows, k, columns, k)
    return blocks.mean(axis=(3, 5))
