"""A warm-up: three small things to write."""

import numpy as np


def double(x: np.ndarray) -> np.ndarray:
    """Twice x, in a new array.

    Args:
        x: float64, any shape.
    """
    raise NotImplementedError("Task 1: double")


def total(x: np.ndarray) -> float:
    """The sum of all entries of x, as a Python float.

    Args:
        x: float64, any shape.
    """
    raise NotImplementedError("Task 2: total")


class Counter:
    """Counts from 0. ``add(n)`` adds n to ``value`` and returns the new value."""

    def __init__(self) -> None:
        raise NotImplementedError("Task 3: Counter")
