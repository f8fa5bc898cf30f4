"""The files of a student repository that belong to no assignment: README, Makefile, grade.py, .gitignore, licences."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..course.assignment import Assignment
from .templates import rendered

TEMPLATES = {"README.md": "README.md", "Makefile": "Makefile", "grade.py": "grade.py", ".gitignore": "gitignore"}
LICENCES = ("LICENSE", "NOTICE", "docs/reference/sources.md")
MAPS = ("docs/course_map.md", "docs/course_map.ko.md")  # in which order to do the assignments
MEGABYTES = 140  # of .venv without PyTorch, on Linux x86-64 with CPython 3.11, by benchmarks/release.py


def kit(
    course: Sequence[Assignment],
    *,
    due: Mapping[str, str],
    message: str,
    torch_index: str = "",
    wheelhouse: Sequence[str] = (),
    platforms: Collection[str] = (),
    notebooks: bool = False,
    licences: Collection[str] = (),
    maps: Sequence[str] = (),
) -> dict[str, bytes]:
    """Return the files by their names. ``due`` (by slug) and the texts are the instructor's, "" for none.

    ``wheelhouse`` are the machines that need no network, in words; ``platforms`` are names in ``platforms.FILES``;
    ``licences`` are paths of files that say what is whose, and ``maps`` those of the maps of the course.
    """
    values = {
        "title": "Assignments" if len(course) > 1 else course[0].title,
        "first": course[0].slug,
        "table": _table({each.slug: described(each, due.get(each.slug, "")) for each in course}),
        "torch": any(assignment.needs_torch for assignment in course),
        "torch_index": torch_index,
        "wheelhouse": wheelhouse,
        "megabytes": MEGABYTES,
        "message": message,
        "platforms": platforms,
        "notebooks": notebooks,
        "licences": licences,
        "maps": maps,
        "first_notebook": f"assignments/{course[0].slug}/{course[0].modules[0]}.ipynb",
    }
    return rendered("release", TEMPLATES, values)


def licences_of(root: Path) -> dict[str, bytes]:
    """Return the files of a course that say under which licences its texts, figures, data and code are handed out."""
    return {name: (root / name).read_bytes() for name in LICENCES if (root / name).is_file()}


def described(assignment: Assignment, due: str) -> dict[str, Any]:
    """Return what release.json says of an assignment. ``due`` is its due date as people read it, "" for none."""
    return {"title": assignment.title, "points": assignment.points, "torch": assignment.needs_torch, "due": due}


def with_assignments(readme: bytes, assignments: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return the README of a release with another table of assignments; each value is one of :func:`described`.

    An older release may say less of an assignment.
    """
    return re.sub(rb"(?m)^\| assignment \|.*\n(^\|.*\n)+", lambda match: _table(assignments).encode(), readme, count=1)


def _table(assignments: Mapping[str, Mapping[str, Any]]) -> str:
    dated = any(each.get("due") for each in assignments.values())
    rows = [("assignment", "title", "points", "due (마감)"), ("---",) * 4]
    rows += [
        (f"[{slug}](assignments/{slug}/README.md)", each["title"], f"{each['points']:g}", each.get("due", ""))
        for slug, each in assignments.items()
    ]
    return "".join(f"| {' | '.join(row[: 4 if dated else 3])} |\n" for row in rows)
