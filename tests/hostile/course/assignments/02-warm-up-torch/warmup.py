"""One small thing to write, with numpy or torch."""

import numpy as np


def double(x: np.ndarray) -> np.ndarray:
    """Twice x, in a new array.

    Args:
        x: float64, any shape.
    """
    raise NotImplementedError("Task 1: double")
