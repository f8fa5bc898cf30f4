"""What a reply with details adds, with every field checked; ``guest/detail.py`` is the worker's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..guest import wire
from .faults import RemoteError
from .objects import StudentObject


@dataclass(frozen=True, slots=True)
class Details:
    """What a reply adds for test code that was written for a plain module.

    Attributes:
        out, err: the text that the call printed to stdout and to stderr.
        error: the error of the reply; None if the call returned.
        exception: the exception, which stays in the worker.
        arguments: those of the exception; None if they cannot be sent.
    """

    out: str = ""
    err: str = ""
    error: RemoteError | None = None
    exception: StudentObject | None = None
    arguments: tuple[Any, ...] | None = None

    @classmethod
    def read(cls, header: Mapping[str, Any], decoder: wire.Decoder, error: RemoteError | None = None) -> Details:
        """Read the details of a VALUE or ERROR frame.

        Raises:
            wire.WireError, TypeError, ValueError: they are malformed.
        """
        printed = [_text(decoder.value(tree)) for tree in header.get("also", ())[:2]]
        out, err = printed if len(printed) == 2 else ("", "")
        exception = decoder.value(header["exc"]) if error is not None and "exc" in header else None
        if exception is not None and not isinstance(exception, StudentObject):
            raise wire.WireError("an exception that is not an object")
        arguments = decoder.value(header["args"]) if error is not None and "args" in header else None
        if arguments is not None and not isinstance(arguments, list):
            raise wire.WireError("arguments of an exception that are not a list")
        return cls(out, err, error, exception, None if arguments is None else tuple(arguments))


def _text(value: Any) -> str:
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or value.ndim != 1:
        raise wire.WireError("printed text that is not an array of bytes")
    return value.tobytes().decode("utf-8", "replace")
