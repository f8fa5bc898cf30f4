"""Two arrays side by side for a report: all entries of small ones, of others a window around the worst entry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model import Entries

MAX_ENTRIES = 24
_ROWS, _COLUMNS = 4, 6  # of a window
_DIGITS, _MAX_DIGITS = 6, 17
_MAX_TEXT = 20  # characters of an entry that is a text


def entries(got: NDArray[Any], want: NDArray[Any], ok: NDArray[np.bool_]) -> Entries | None:
    """Return the entries of two arrays of one shape; None for a single number. ``ok`` is false where they differ.

    Of more than two axes, only the plane of the last two that contains the worst entry is shown.
    """
    if got.size < 2:
        return None
    worst = _worst(got, want, ok)
    left, right, fine_here = (array[worst[:-2]] if got.ndim > 1 else array[None, :] for array in (got, want, ok))
    row, column = (worst[-2] if got.ndim > 1 else 0), worst[-1]
    rows, columns = slice(None), slice(None)
    if left.size > MAX_ENTRIES:
        most = min(_ROWS, len(left))
        rows = _around(row, len(left), most)
        columns = _around(column, left.shape[1], max(_COLUMNS, MAX_ENTRIES // 2 // most))
    window = (rows, columns)
    texts = [
        [number_texts(a, b) for a, b in zip(*pair, strict=True)]
        for pair in zip(left[window].tolist(), right[window].tolist(), strict=True)
    ]
    place = (
        "" if left[window].size == got.size else _place(worst[:-2], (rows, columns)[-min(got.ndim, 2) :], left.shape)
    )
    return Entries(
        got=tuple(tuple(pair[0] for pair in line) for line in texts),
        want=tuple(tuple(pair[1] for pair in line) for line in texts),
        wrong=tuple(tuple(not fine for fine in line) for line in fine_here[window].tolist()),
        place=place,
    )


def number_texts(got: Any, want: Any) -> tuple[str, str]:
    """Return two entries as text, numbers with 6 significant digits or as many as show that they differ."""
    if not all(isinstance(value, float | complex) for value in (got, want)):
        return _text(got), _text(want)
    for digits in range(_DIGITS, _MAX_DIGITS + 1):
        texts = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if texts[0] != texts[1] or got == want:
            break
    return texts


def _text(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def _worst(got: NDArray[Any], want: NDArray[Any], ok: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the index of the entry that differs most; an entry that is not finite differs most of all."""
    wrong = ~ok
    if got.dtype.kind not in "fciu":
        return tuple(int(i) for i in np.argwhere(wrong)[0])
    with np.errstate(all="ignore"):
        far = np.abs(got.astype(np.complex128) - want.astype(np.complex128))
    far = np.where(wrong, far, -1.0)  # argmax takes nan for the largest of all
    return tuple(int(i) for i in np.unravel_index(int(far.argmax()), far.shape))


def _around(index: int, size: int, most: int) -> slice:
    """Return a slice of at most ``most`` entries that contains ``index``, in the middle if possible."""
    start = max(0, min(index - most // 2, size - most))
    return slice(start, min(start + most, size))


def _place(leading: tuple[int, ...], window: tuple[slice, ...], shape: tuple[int, ...]) -> str:
    """Return the part that is shown as an index of Python: "[0, 2:6, :]"."""
    sizes = shape[-len(window) :]
    parts = [str(i) for i in leading]
    for part, size in zip(window, sizes, strict=True):
        start, stop, _ = part.indices(size)
        parts.append(":" if stop - start == size else f"{start}:{stop}")
    return f"[{', '.join(parts)}]"
