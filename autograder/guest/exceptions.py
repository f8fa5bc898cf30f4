"""Describe an exception of student code in short, plain text.

The text is made here, in the worker: ``str(exc)`` is student code too.
"""

from __future__ import annotations

import builtins
import linecache
import traceback
from collections.abc import Set
from types import TracebackType
from typing import Any

from .newer_syntax import newer_feature
from .recipes import CASE_FILE

MAX_TYPE, MAX_TEXT = 80, 2000  # characters of the type and the text
_MAX_LINES = 5
_MAX_SOURCE = 200  # characters of one line

# A metaclass of the student can give a class another name and other bases; these are the interpreter's.
_NAME, _MRO = type.__dict__["__name__"], type.__dict__["__mro__"]


def describe(exc: BaseException, files: Set[str]) -> dict[str, Any]:
    """Return the fields of an error (``wire.Kind``). ``files`` are those of the submission."""
    try:
        text = str.__getitem__(str(exc), slice(MAX_TEXT))  # str(exc) may be of a subclass with its own methods
    except BaseException as broken:
        text = f"(its text cannot be shown: {type_name(type(broken))})"
    try:
        lines = _student_lines(exc, files)
        own = bool(_frames(exc.__traceback__, files)) or _raised_by_library(exc.__traceback__)
        through, newer = _libraries(exc.__traceback__, files), _newer(exc, files)
    except BaseException:
        lines, own, through, newer = [], True, [], ""
    return {
        "type": type_name(type(exc)),
        "bases": [type_name(base) for base in builtin_bases(type(exc))],
        "text": text.encode("utf-8", "replace").decode(),
        "lines": lines,
        "own": own,
        "through": through,
        "newer": newer,
    }


def type_name(kind: type) -> str:
    """Return the name of a class, cut to MAX_TYPE characters."""
    name: str = _NAME.__get__(kind)
    return name[:MAX_TYPE].encode("utf-8", "replace").decode()


def mro(kind: type) -> tuple[type, ...]:
    """Return a class and all its bases, in the order of resolution."""
    bases: tuple[type, ...] = _MRO.__get__(kind)
    return bases


def builtin_bases(kind: type) -> list[type]:
    """Return the builtin classes that ``kind`` derives from, nearest first."""
    return [base for base in mro(kind) if getattr(builtins, type_name(base), None) is base]


def _student_lines(exc: BaseException, files: Set[str]) -> list[list[Any]]:
    """Return the innermost five lines of the student: [file, line, function, source]."""
    if isinstance(exc, SyntaxError) and exc.filename in files:
        text = (exc.text or "").strip()[:_MAX_SOURCE].encode("utf-8", "replace").decode()
        return [[exc.filename, exc.lineno if type(exc.lineno) is int else 0, "", text]]
    return [
        [file, line, function[:MAX_TYPE], linecache.getline(file, line).strip()[:_MAX_SOURCE]]
        for file, line, function in _frames(exc.__traceback__, files)[-_MAX_LINES:]
    ]


def _frames(trace: TracebackType | None, files: Set[str]) -> list[tuple[str, int, str]]:
    """Return file, line and function of each frame in ``files``, outermost first."""
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            frames.append((code.co_filename, trace.tb_lineno, code.co_qualname))
        trace = trace.tb_next
    return frames


def _libraries(trace: TracebackType | None, files: Set[str]) -> list[str]:
    """Return the packages that the exception passed through after the student's last line, nearest to it first."""
    names: list[str] = []
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_filename in files:
            names = []
        elif type(name := frame.f_globals.get("__name__")) is str:
            names.append(name.partition(".")[0][:MAX_TYPE].encode("utf-8", "replace").decode())
    return list(dict.fromkeys(names))[:_MAX_LINES]


def _newer(exc: BaseException, files: Set[str]) -> str:
    """Return the feature of a newer Python that a line of the submission uses, or "" if it uses none."""
    if not isinstance(exc, SyntaxError) or exc.filename is None or exc.filename not in files:
        return ""
    return newer_feature("".join(linecache.getlines(exc.filename)), exc)


def _raised_by_library(trace: TracebackType | None) -> bool:
    """Return whether a library raised it that a function of the case had called: then the arguments were right."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(trace)]
    return CASE_FILE in files and files[-1] != CASE_FILE
