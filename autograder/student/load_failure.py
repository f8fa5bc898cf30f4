"""Describe why a submission cannot be loaded: the line, the place in it, the reason, and what to do."""

from __future__ import annotations

import re

from ..messages import say
from ..model import LoadFailure
from .faults import RemoteError, StudentFault
from .source import ModuleSources

SHOWN_CHARACTERS = 100  # of a line: the part around the place
_REMEDIES = (  # the texts are those of Python 3.11 to 3.14
    ("open", re.compile("was never closed|unexpected EOF")),
    ("bracket", re.compile("^unmatched|does not match opening")),
    ("colon", re.compile("^expected ':'")),
    ("quote", re.compile("^unterminated|^EOL while|^EOF while")),
    ("block", re.compile("^expected an indented block")),
    ("indent", re.compile("^unexpected indent|^unindent does not match|^inconsistent use of tabs")),
    ("outside", re.compile("outside (async )?function|outside loop|not properly in loop")),
)


def describe(fault: StudentFault, error: RemoteError | None, source: ModuleSources) -> LoadFailure:
    """Describe a submission that cannot be loaded. ``error`` is the exception of a file that Python cannot read."""
    if error is None:
        return LoadFailure(fault.message, "")
    if not error.lines:
        place = _undecodable(source) if "UnicodeDecodeError" in error.bases else None
        remedy = "" if "UnicodeDecodeError" in error.bases else say("unreadable.file")
        return LoadFailure(fault.message, remedy, *(place or ()))
    file, line, _, text = error.lines[-1]
    column = 0
    for module in source.modules:
        found = source.syntax_error(module)
        if found and source.placed(module, found[0]) == (file, line):
            text, column = _shown(source.raw_line(module, found[0]), found[1])
            break
    return LoadFailure(fault.message, "" if error.newer else _remedy(error.text), file, line, column, text)


def _remedy(text: str) -> str:
    name = next((name for name, pattern in _REMEDIES if pattern.search(text)), "line")
    return say(f"unreadable.{name}")


def _undecodable(source: ModuleSources) -> tuple[str, int, int, str] | None:
    """Return file, line, column and text of the first place that is not UTF-8 text."""
    for module, (_, data) in source.modules.items():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as exc:
            before = data[: exc.start].decode("utf-8", "replace").split("\n")
            text, column = _shown(source.raw_line(module, len(before)), len(before[-1]) + 1)
            file, line = source.placed(module, len(before))
            return file, line, column, text
    return None


def _shown(text: str, column: int) -> tuple[str, int]:
    """Return the part of a line around a column, without the indentation, and the column in it."""
    start = max(len(text) - len(text.lstrip()), column - SHOWN_CHARACTERS // 2 if len(text) > SHOWN_CHARACTERS else 0)
    return text[start : start + SHOWN_CHARACTERS].rstrip(), max(column - start, 1)
