"""``autograder export --as-of``: the grades of an earlier time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..course.course_file import Course
from ..errors import UsageError

if TYPE_CHECKING:
    from ..batch.identities import Identities
    from ..batch.store import Store
    from ..exchange.csv_grades import GradedStudent


def grades_as_of(time: datetime, slug: str, store: Store, known: Identities, *, shown: str) -> Sequence[GradedStudent]:
    """Return the grades of a class at a time, which the person has written as ``shown``.

    Raises:
        UsageError: nobody had handed in.
    """
    from ..batch import as_of

    found = as_of.grades(store, known, slug, time)
    if not found:
        raise UsageError(f"Nobody had handed in {slug} at {shown}. Name a later time with --as-of.")
    return found


def moment(text: str, course: Course, option: str = "--as-of") -> datetime:
    """Return the time that an option names; without an offset, it is a time in the zone of the course.

    Raises:
        UsageError: it is no time, there is no zone, or the clock was changed at that time.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f'{option}: "{text}" is no time. Write for example 2026-11-20T12:00.') from exc
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    if not course.timezone:
        raise UsageError(
            f"{option}: {text} has no offset, and course.toml names no timezone. Write for example {text}+09:00."
        )
    first, second = (time.replace(tzinfo=ZoneInfo(course.timezone), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        either = f"{first.isoformat(timespec='minutes')} or {second.isoformat(timespec='minutes')}"
        raise UsageError(f"{option}: the clocks of {course.timezone} were changed at {text}. Write {either}.")
    return first.astimezone(UTC)
