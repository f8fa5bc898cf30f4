"""A course in which some assignments are still being written: they hold secrets, and must not stop a release of others.

The search for leaks needs no more of an assignment than its folder in ``solutions/``. What cannot be read as an
assignment, or as Python, is compared as text, and a warning says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course import assignment as assignments
from ..course import folders, stubs
from ..course.assignment import Assignment
from ..errors import AssignmentError


@dataclass(frozen=True, slots=True)
class ReadableCourse:
    """The assignments that can be read; the other entries of ``solutions/``; and sentences on what is unfinished."""

    assignments: tuple[Assignment, ...]
    other_solutions: tuple[Path, ...]
    warnings: tuple[str, ...]


def read_course(root: Path, chosen: Sequence[Assignment]) -> ReadableCourse:
    """Read all assignments of a course folder. Of those that are ``chosen`` for a release only words may be missing."""
    found, warnings = list(chosen), [warning for assignment in chosen for warning in _unwritten(assignment)]
    released = {assignment.slug for assignment in chosen}
    for slug in folders.slugs_of(root):
        if slug in released:
            continue
        try:
            assignment = assignments.load(slug, root=root)
        except AssignmentError as exc:
            warnings.append(f"{exc.message} {_searched(slug)}")
            continue
        found.append(assignment)
        warnings += _unfinished(assignment)
    known = {assignment.solution for assignment in found}
    folder = folders.solutions_of(root)
    others = tuple(path for path in sorted(folder.glob("[!.]*")) if path not in known)
    return ReadableCourse(tuple(sorted(found, key=lambda each: folders.place_of(each.slug))), others, tuple(warnings))


def _unwritten(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence for each hand-out that still has a TODO, as those of ``autograder new`` have."""
    for path in sorted(assignment.folder.glob("*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        found = [number for number, line in enumerate(lines, 1) if line.startswith("TODO")]
        if found:
            more = f" (and {len(found) - 1} more)" if found[1:] else ""
            yield f"assignments/{assignment.slug}/{path.name}, line {found[0]}: students will read this TODO{more}."


def _unfinished(assignment: Assignment) -> Iterator[str]:
    if assignment.solution is None:
        return
    for path in sorted(assignment.solution.rglob("*.py")):
        name = f"{assignment.solution_name}/{path.relative_to(assignment.solution).as_posix()}"
        try:
            ast.parse(path.read_bytes())
        except (SyntaxError, ValueError) as exc:  # the latter for a null byte, before Python 3.11.4
            line = f", line {exc.lineno}" if isinstance(exc, SyntaxError) and exc.lineno else ""
            yield f"{name}{line}: Python cannot read this: {exc}. {_searched(assignment.slug)}"
            return
    try:
        stubs.texts(assignment)
    except AssignmentError as exc:
        yield f"{exc.message} {_searched(assignment.slug)}"


def _searched(slug: str) -> str:
    return f"{slug} is not released; the release was searched for all of its solution."
