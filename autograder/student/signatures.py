"""Signatures of what is in the worker, for ``inspect.signature``."""

from __future__ import annotations

import builtins
import inspect
from typing import Any

from .objects import StudentObject
from .session import Session


def signature(session: Session, thing: StudentObject) -> inspect.Signature:
    """Return the signature of a callable in the worker.

    Raises:
        ValueError: it has none, or one that is not valid.
    """
    found = session.operate(thing, "signature")
    parameters = []
    for name, kind, has_default, default, note in found["parameters"]:
        parameters.append(
            inspect.Parameter(
                name,
                inspect._ParameterKind(kind),
                default=default if has_default else inspect.Parameter.empty,
                annotation=inspect.Parameter.empty if note is None else _annotation(note),
            )
        )
    returns = found["returns"]
    empty = inspect.Signature.empty
    return inspect.Signature(parameters, return_annotation=empty if returns is None else _annotation(returns))


def _annotation(note: Any) -> Any:
    if isinstance(note, str) and note.startswith("builtins:"):
        return getattr(builtins, note.partition(":")[2], note)
    return note
