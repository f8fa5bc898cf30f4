"""Make an instructor's course: folders for assignments and solutions, a Makefile, and the framework as a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import UsageError
from ..grading.environment import version
from .links import linked_docs
from .templates import rendered
from .wheel import PACKAGE, constraints, wheel

TEMPLATES = {"README.md": "README.md", "Makefile": "Makefile", ".gitignore": "gitignore"}
KINDS = ("assignments", "solutions")


def contents(*, with_course: bool) -> dict[str, bytes]:
    """Return the files of a new course by their paths; ``with_course`` copies the assignments of this project.

    Raises:
        UsageError: they are not here.
    """
    name, data = wheel()
    files = {f"wheels/{name}": data, "constraints.txt": constraints()}
    files |= _shipped(PACKAGE.parent) if with_course else {f"{kind}/.gitkeep": b"" for kind in KINDS}
    slugs = sorted({path.split("/")[1] for path in files if path.startswith("assignments/")} - {".gitkeep"})
    fresh = f"{len(slugs) + 1:02}-mine" if slugs else "01-first"
    values = {"version": version(), "fresh": fresh, "with_course": with_course, "count": len(slugs)}
    return files | rendered("course", TEMPLATES, values)


def _shipped(source: Path) -> dict[str, bytes]:
    if not any((source / "solutions").glob("*/test_hidden.py")) or not (source / "pyproject.toml").is_file():
        raise UsageError(
            "The assignments of this project are in its source repository, not in the installed package. Run this "
            "command there, or leave out --with-course."
        )
    files = dict(_of_assignments(source))
    return files | linked_docs(files, source)


def _of_assignments(source: Path) -> Iterator[tuple[str, bytes]]:
    for kind in KINDS:
        for path in sorted((source / kind).rglob("*")):
            name = path.relative_to(source)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                yield name.as_posix(), path.read_bytes()
