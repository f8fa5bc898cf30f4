"""Describe an exception of student code in short, plain text.

The text is made here, in the worker: ``str(exc)`` is student code too.
"""

from __future__ import annotations

import builtins
import linecache
import re
import traceback
from collections.abc import Sequence, Set
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from .newer_syntax import newer_feature
from .recipes import CASE_FILE
from .trees import tensor_type

MAX_TYPE, MAX_TEXT = 80, 2000  # characters of the type and the text
FIRST_LINES, LAST_LINES = 3, 5  # of the student's lines; those in between are counted
_MAX_PACKAGES = 5
_MAX_SOURCE = 200  # characters of one line
_MAX_SHAPES, _MAX_AXES = 4, 8

# A metaclass of the student can give a class another name and other bases; these are the interpreter's.
_NAME, _MRO = type.__dict__["__name__"], type.__dict__["__mro__"]


def describe(exc: BaseException, files: Set[str]) -> dict[str, Any]:
    """Return the fields of an error (``wire.Kind``). ``files`` are those of the submission."""
    try:
        text = str.__getitem__(str(exc), slice(MAX_TEXT))  # str(exc) may be of a subclass with its own methods
    except BaseException as broken:
        text = f"(its text cannot be shown: {type_name(type(broken))})"
    try:
        frames = _frames(exc.__traceback__, files)
        lines, skipped = _student_lines(exc, files, frames)
        own = bool(frames) or _raised_by_library(exc.__traceback__)
        through, newer = _libraries(exc.__traceback__, files), _newer(exc, files)
    except BaseException:
        frames, lines, skipped, own, through, newer = [], [], 0, True, [], ""
    try:
        shapes = _shapes(frames[-1][0], lines[-1][3]) if frames else []
    except BaseException:
        shapes = []
    return {
        "type": type_name(type(exc)),
        "bases": [type_name(base) for base in builtin_bases(type(exc))],
        "text": text.encode("utf-8", "replace").decode(),
        "lines": lines,
        "skipped": skipped,
        "shapes": shapes,
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


def _student_lines(
    exc: BaseException, files: Set[str], frames: Sequence[tuple[FrameType, int]]
) -> tuple[list[list[Any]], int]:
    """Return the first and the last lines of the student, [file, line, function, source], and how many are between."""
    if isinstance(exc, SyntaxError) and exc.filename in files:
        text = (exc.text or "").strip()[:_MAX_SOURCE].encode("utf-8", "replace").decode()
        return [[exc.filename, exc.lineno if type(exc.lineno) is int else 0, "", text]], 0
    skipped = max(0, len(frames) - FIRST_LINES - LAST_LINES)
    kept = [*frames[:FIRST_LINES], *frames[-LAST_LINES:]] if skipped else frames
    return [_line(frame.f_code.co_filename, line, frame.f_code.co_qualname) for frame, line in kept], skipped


def _line(file: str, line: int, function: str) -> list[Any]:
    return [file, line, function[:MAX_TYPE], linecache.getline(file, line).strip()[:_MAX_SOURCE]]


def _frames(trace: TracebackType | None, files: Set[str]) -> list[tuple[FrameType, int]]:
    """Return each frame in ``files`` and its line, outermost first."""
    frames = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return frames


def _shapes(frame: FrameType, source: str) -> list[list[Any]]:
    """Return name and shape of the arrays and tensors that a line of a function uses: [["x", [16, 28, 28]]]."""
    tensor = tensor_type()
    used = re.sub(r"^[\w\s,()]+=(?!=)", "", source)  # what the line assigns has still its old value
    names = dict.fromkeys(re.findall(r"(?<![\w.\"'])[A-Za-z_]\w*(?!\w|\s*\()", used))
    found: list[list[Any]] = []
    for name in names:
        value: Any = frame.f_locals.get(name)
        has_shape = type(value) is np.ndarray or (tensor is not None and isinstance(value, tensor))
        if has_shape:
            found.append([name[:MAX_TYPE], [int(size) for size in value.shape[:_MAX_AXES]]])
    return found[:_MAX_SHAPES]


def _libraries(trace: TracebackType | None, files: Set[str]) -> list[str]:
    """Return the packages that the exception passed through after the student's last line, nearest to it first."""
    names: list[str] = []
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_filename in files:
            names = []
        elif type(name := frame.f_globals.get("__name__")) is str:
            names.append(name.partition(".")[0][:MAX_TYPE].encode("utf-8", "replace").decode())
    return list(dict.fromkeys(names))[:_MAX_PACKAGES]


def _newer(exc: BaseException, files: Set[str]) -> str:
    """Return the feature of a newer Python that a line of the submission uses, or "" if it uses none."""
    if not isinstance(exc, SyntaxError) or exc.filename is None or exc.filename not in files:
        return ""
    return newer_feature("".join(linecache.getlines(exc.filename)), exc)


def _raised_by_library(trace: TracebackType | None) -> bool:
    """Return whether a library raised it that a function of the case had called: then the arguments were right."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(trace)]
    return CASE_FILE in files and files[-1] != CASE_FILE
