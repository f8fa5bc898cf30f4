"""A digit of one's own: a text file of 28 rows with 28 characters each, ``#`` for ink and a space for paper."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..messages import say

SIDE = 28
INK = "#"
PAPER = " "


def read_digit(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Return the image in a text file as uint8 (28, 28): 255 where it has ``#``, 0 where it has a space.

    Spaces at the end of a row may be missing, because many editors remove them, and so may empty rows at the end.

    Raises:
        FileNotFoundError: there is no such file; the message names the folder that was searched.
        OSError: it cannot be read, or is a folder.
        ValueError: a row is too long, there are too many rows, no ink, or another character; the message names line and
            column.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(say("digit.missing", file=file.name, folder=file.absolute().parent)) from None
    except OSError as exc:
        raise type(exc)(say("digit.unreadable", file=file.name, reason=exc.strerror)) from None
    try:
        rows = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(say("digit.encoding", file=file.name)) from None
    while rows and not rows[-1].strip(PAPER):
        del rows[-1]
    if not rows:
        raise ValueError(say("digit.empty", file=file.name))
    if len(rows) > SIDE:
        raise ValueError(say("digit.rows", file=file.name, line=SIDE + 1, count=len(rows)))
    image = np.zeros((SIDE, SIDE), np.uint8)
    for line, row in enumerate(rows):
        for column, character in enumerate(row.rstrip(PAPER)):
            place = {"file": file.name, "line": line + 1, "column": column + 1}
            if character == "\t":
                raise ValueError(say("digit.tab", **place))
            if character not in (INK, PAPER):
                raise ValueError(say("digit.character", character=repr(character), **place))
            if column >= SIDE:
                raise ValueError(say("digit.long", count=len(row.rstrip(PAPER)), **place))
            image[line, column] = 255 if character == INK else 0
    return image
