"""Where a course has its assignments and its solutions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import UsageError, did_you_mean

TOML = "assignment.toml"
SOLUTIONS = "AUTOGRADER_SOLUTIONS"  # the environment variable; ``--solutions`` sets it


def solutions_of(root: Path) -> Path:
    """Return the folder of the solutions: $AUTOGRADER_SOLUTIONS, or ``solutions/`` in the course folder ``root``.

    It need not exist in the course folder, because students have none.

    Raises:
        UsageError: the variable names a folder that does not exist, or one that students receive.
    """
    named = os.environ.get(SOLUTIONS)
    if not named:
        return root.resolve() / "solutions"
    if not Path(named).is_dir():
        raise UsageError(
            f"There is no folder {named}. Correct --solutions or the variable {SOLUTIONS}; it names the folder that "
            "contains a folder for each assignment."
        )
    folder = Path(named).resolve()
    if folder.is_relative_to(root.resolve() / "assignments"):
        raise UsageError(f"{named} is in the folder assignments, which students receive. Move the solutions elsewhere.")
    return folder


def slugs_of(root: Path) -> list[str]:
    """Return the slugs of all assignments of a course folder, in order.

    Raises:
        UsageError: it is no course folder.
    """
    root = root.resolve()
    if not (root / "assignments").is_dir():
        raise UsageError(
            f"{root} has no folder named assignments. Run this command in the course folder, or use --root."
        )
    return in_order(path.parent.name for path in (root / "assignments").glob(f"[!.]*/{TOML}"))


def in_order(slugs: Iterable[str]) -> list[str]:
    """Sort the names of assignments by the numbers in them: 2-lists, 09-files, 10-xor, 100-end."""
    return sorted(slugs, key=place_of)


def place_of(slug: str) -> tuple[list[int | str], str]:
    """Return what decides the place of an assignment in a list: its name, with numbers in the place of digits."""
    parts = re.split(r"([0-9]+)", slug)  # a word, a number, a word, …: words are compared with words
    return [int(part) if number % 2 else part for number, part in enumerate(parts)], slug


def slug_of(slug_or_path: str | Path, root: Path) -> str:
    """Return the name of the folder in ``assignments/``.

    A path may be relative to ``assignments/``, to the current folder or to the root.

    Raises:
        UsageError: there is no such assignment, or there are several.
    """
    slugs = slugs_of(root)
    for start in (root / "assignments", Path.cwd(), root):
        path = Path(os.path.abspath(start / slug_or_path))
        if path.is_dir() and path.parent.samefile(root / "assignments"):
            return path.name
    wanted = str(slug_or_path)
    if begun := _begun_by(wanted, slugs):
        if len(begun) == 1:
            return begun[0]
        raise UsageError(f'"{wanted}" may mean {" or ".join(begun)}. Write more of the name.')
    known = f"The assignments are {', '.join(slugs)}." if slugs else "The folder assignments is empty."
    raise UsageError(f'There is no assignment "{wanted}".{did_you_mean(wanted, slugs)} {known}')


def _begun_by(wanted: str, slugs: Sequence[str]) -> list[str]:
    """Return the assignments that a number, such as 5, or the beginning of a name, such as 05-log, may mean."""
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        return [slug for slug in slugs if (number := re.match(r"\d+", slug)) and int(number[0]) == int(wanted)]
    return [slug for slug in slugs if wanted and slug.startswith(wanted)]
