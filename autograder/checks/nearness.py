"""When two arrays are equal for a diagnosis, and when one is a multiple of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Two arrays are equal for a diagnosis within these tolerances, the second relative to the largest entry. They are
# larger than the errors of float32 and of a numeric slope, and smaller than those of a mistake.
REL, ABS = 1e-4, 1e-5


def near(got: NDArray[np.generic], want: NDArray[np.generic]) -> bool:
    """Return whether two arrays have one shape and are equal for a diagnosis."""
    if got.shape != want.shape:
        return False
    a, b = got.astype(np.float64), want.astype(np.float64)
    largest = float(np.abs(b).max()) if b.size else 0.0
    return bool((np.abs(a - b) <= REL * np.abs(b) + ABS * largest).all())


def factor_between(got: NDArray[np.float64], want: NDArray[np.float64]) -> float | None:
    """Return c if ``got`` is c times ``want`` everywhere, else None."""
    square = float(np.vdot(want, want))
    if square == 0.0:
        return None
    c = float(np.vdot(got, want)) / square
    fits = np.abs(got - c * want) <= REL * np.abs(c * want) + ABS * np.abs(want).max()
    return c if bool(fits.all()) else None
