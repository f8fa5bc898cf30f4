"""Imports the solution into the trusted process: hidden cases compute wanted values with it."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ..course.assignment import Assignment
from ..errors import AssignmentError


@contextlib.contextmanager
def imported_solution(assignment: Assignment) -> Iterator[ModuleType]:
    """Import the solution for the duration of the block.

    Its main module has a private name; its other modules can be imported by their own names.

    Raises:
        AssignmentError: the solution cannot be imported; the message names file and line.
    """
    assert assignment.solution is not None
    path = assignment.solution / f"{assignment.modules[0]}.py"
    name = f"autograder_solution_{assignment.slug.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = {other: sys.modules.pop(other) for other in assignment.modules if other in sys.modules}
    sys.modules[name] = module  # dataclasses and pickling inside the solution look it up
    sys.path.insert(0, str(assignment.solution))
    try:
        try:
            spec.loader.exec_module(module)
        except Exception as exc:
            place = _place(exc, assignment.solution) or str(path)
            raise AssignmentError(f"{place}: the solution cannot be imported: {type(exc).__name__}: {exc}.") from exc
        with _one_torch_thread():
            yield module
    finally:
        sys.path.remove(str(assignment.solution))
        for other in (name, *assignment.modules):
            sys.modules.pop(other, None)
        sys.modules.update(before)


@contextlib.contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Let torch compute wanted values in one thread: two threads on two busy cores needed five times the CPU time."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _place(exc: Exception, folder: Path) -> str:
    """Return the last file and line in ``folder`` that an exception passed, "" if there is none."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(exc.__traceback__)]
    if isinstance(exc, SyntaxError) and exc.filename:
        frames.append((exc.filename, exc.lineno))
    inside = [(file, line) for file, line in frames if Path(file).parent == folder]
    return f"{inside[-1][0]}, line {inside[-1][1]}" if inside else ""
