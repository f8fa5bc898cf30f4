"""The solution, the known mistakes and the alternatives of an assignment. Only staff have them.

A mistake or an alternative is an *overlay*: a short file that is appended to the solution's source, so that its
definitions replace those of the solution. A mistake has two literal constants, the cases that must catch it and the
hint that it must earn::

    CAUGHT_BY = ("gradient_is_the_slope",)
    HINT = "Yours is exactly N times too large: the loss is a mean."
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from ..errors import AssignmentError
from .assignment import Assignment, file_of
from .folders import SOLUTIONS


@dataclass(frozen=True, slots=True)
class Overlay:
    """A correct answer written differently: the solution's source with other definitions appended."""

    id: str
    path: Path
    modules: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Mistake(Overlay):
    """A known wrong answer, the cases that must catch it, and the hint that it must earn."""

    caught_by: tuple[str, ...]
    hint: str


def modules(assignment: Assignment) -> dict[str, bytes]:
    """Return the solution's modules, name -> source.

    Raises:
        AssignmentError: the solution or one of its modules is missing.
    """
    if assignment.solution is None:
        raise AssignmentError(
            f"{assignment.slug} has no folder in solutions/. Official grading needs its solution. If the solutions lie "
            f"elsewhere, use --solutions FOLDER or set {SOLUTIONS}."
        )
    found = {}
    for name in assignment.modules:
        path = assignment.solution / file_of(name)
        if not path.is_file():
            raise AssignmentError(f"{path} is missing. Write the solution of {name} there.")
        found[name] = path.read_bytes()
    return found


def alternatives(assignment: Assignment) -> list[Overlay]:
    """Return the alternatives of an assignment, sorted by id."""
    files = _files(assignment, "alternatives")
    whole = modules(assignment) if files else {}
    return [Overlay(path.stem, path, _overlaid(whole, path.read_bytes(), assignment)) for path in files]


def mistakes(assignment: Assignment) -> list[Mistake]:
    """Return the known mistakes, sorted by id.

    Raises:
        AssignmentError: CAUGHT_BY or HINT is missing or is not a literal.
    """
    found = []
    files = _files(assignment, "mistakes")
    whole = modules(assignment) if files else {}
    for path in files:
        source = path.read_bytes()
        constants = _constants(path, source)
        caught_by, hint = constants.get("CAUGHT_BY"), constants.get("HINT")
        if not isinstance(caught_by, tuple) or not caught_by or not all(isinstance(name, str) for name in caught_by):
            raise AssignmentError(f'{path}: CAUGHT_BY is missing. Name the cases: CAUGHT_BY = ("case_id",).')
        if not isinstance(hint, str) or not hint:
            raise AssignmentError(f"{path}: HINT is missing. Write the sentence that this mistake must earn.")
        found.append(Mistake(path.stem, path, _overlaid(whole, source, assignment), caught_by, hint))
    return found


def _files(assignment: Assignment, folder: str) -> list[Path]:
    return sorted((assignment.solution / folder).glob("*.py")) if assignment.solution else []


def _overlaid(whole: dict[str, bytes], overlay: bytes, assignment: Assignment) -> dict[str, bytes]:
    """Append the overlay to the main module of the solution; later definitions replace earlier ones."""
    main = assignment.modules[0]
    return {**whole, main: whole[main] + b"\n\n" + overlay}


def _constants(path: Path, source: bytes) -> dict[str, object]:
    """Return the literal values that a file assigns to single names at its top level. The file is not run."""
    try:
        tree = ast.parse(source, filename=str(path))
    except SyntaxError as exc:
        raise AssignmentError(f"{path}, line {exc.lineno}: Python cannot read this line: {exc.msg}.") from exc
    except ValueError as exc:  # a null byte, before Python 3.11.4
        raise AssignmentError(f"{path}: Python cannot read this file: {exc}.") from exc
    found: dict[str, object] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and node.value is not None:
            try:
                found[target.id] = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                continue  # not a literal, so neither CAUGHT_BY nor HINT
    return found
