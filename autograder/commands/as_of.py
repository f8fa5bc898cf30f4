"""``autograder export --as-of``: the grades of an earlier time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..course import course_file
from ..course.course_file import Course
from ..errors import UsageError
from . import options

if TYPE_CHECKING:
    from ..exchange.csv_grades import GradedStudent


def grades_as_of(text: str, grades: Path, *, store: str | None, root: Path) -> Sequence[GradedStudent]:
    """Return the grades at the time ``text`` of the class whose ``grades.csv`` is named.

    Raises:
        UsageError: the time cannot be read, the table is not in a folder of results, or nobody had handed in.
    """
    time = moment(text, course_file.read(root))
    slug = slug_of(grades)
    folder = options.store_folder(store, root)
    with options.open_store(store, root) as opened:
        from ..batch import as_of

        found = as_of.grades(opened, folder, slug, time)
    if not found:
        raise UsageError(f"Nobody had handed in {slug} at {text}. Name a later time with --as-of.")
    return found


def slug_of(grades: Path) -> str:
    """Return the assignment of a folder of results, by its ``grades.csv``.

    Raises:
        UsageError: the file next to it that says so cannot be read.
    """
    run = grades.with_name("run.json")
    try:
        return str(json.loads(run.read_bytes())["assignment"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UsageError(
            f"{run} cannot be read, so the assignment is not known. Use the grades.csv in the folder of a run."
        ) from exc


def moment(text: str, course: Course) -> datetime:
    """Return the time that ``--as-of`` names; without an offset, it is a time in the zone of the course.

    Raises:
        UsageError: it is no time, there is no zone, or the clock was changed at that time.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f'--as-of: "{text}" is no time. Write for example 2026-11-20T12:00.') from exc
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    if not course.timezone:
        raise UsageError(
            f"--as-of: {text} has no offset, and course.toml names no timezone. Write for example {text}+09:00."
        )
    first, second = (time.replace(tzinfo=ZoneInfo(course.timezone), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        either = f"{first.isoformat(timespec='minutes')} or {second.isoformat(timespec='minutes')}"
        raise UsageError(f"--as-of: the clocks of {course.timezone} were changed at {text}. Write {either}.")
    return first.astimezone(UTC)
