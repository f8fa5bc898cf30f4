"""What holds for every assignment of a course: the file ``course.toml`` in the course folder, which is optional.

    torch_index = "https://..."  # the package index that PyTorch comes from
    timezone = "Asia/Seoul"

    [due]
    "05-logistic" = 2026-10-12T18:00

    [extensions."05-logistic"]
    alice = 2026-10-19T18:00

A time without an offset is a time in ``timezone``, which is needed as soon as there are dates. The policies are in
:mod:`autograder.course.policy`. Errors raise an :class:`AutograderError` with the slug ``course-file``; its message
names file, key and remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .course_error import EXAMPLE, NAME, course_error, remedy
from .policy import Group, Policy

# TOML 1.1 allows a time without seconds; the reader of Python up to 3.14 does not.
_WITHOUT_SECONDS = re.compile(r"(=\s*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)(?=\s*(?:[,}#\n]|\Z)|[Zz+-])")


@dataclass(frozen=True, slots=True)
class Course:
    """The values of course.toml.

    ``torch_index`` is the package index that PyTorch comes from, "" for pip's own. ``due`` is by slug, ``extensions``
    by slug and student; every time is in UTC. ``excused`` are students by slug. ``policies`` are those of the
    assignments that differ from ``default_policy``. ``weights`` are by slug; the default is 1.
    """

    torch_index: str = ""
    timezone: str = ""
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    excused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    default_policy: Policy = field(default_factory=Policy)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)

    def policy(self, slug: str) -> Policy:
        """Return the rules of an assignment."""
        return self.policies.get(slug, self.default_policy)

    @property
    def has_rules(self) -> bool:
        """Whether the points of any assignment can change after grading."""
        return self.default_policy != Policy() or bool(self.policies or any(self.excused.values()))

    def last(self, slug: str) -> tuple[datetime, str] | None:
        """Return when the last student must hand in, and the name of that student, "" for all; None without a date."""
        if slug not in self.due:
            return None
        until = [(time, student) for student, time in self.extensions.get(slug, {}).items()]
        return max([(self.due[slug], ""), *until])

    def late(self, slug: str, student: str, received_at: str | None, other: str = "") -> str:
        """Return how late a submission is in hours and minutes ("26:13"), "no" or "unknown"; "" without a due date.

        ``other`` is what another system says, "yes" or "no". It counts only if the time of receipt is not known.
        """
        due = self.extensions.get(slug, {}).get(student, self.due.get(slug))
        if received_at is None and other:
            return other
        if due is None:
            return ""
        if received_at is None:
            return "unknown"
        minutes = -((due - datetime.fromisoformat(received_at)) // timedelta(minutes=1))
        return f"{minutes // 60}:{minutes % 60:02d}" if minutes > 0 else "no"

    def local(self, time: str | None) -> str | None:
        """Return an ISO 8601 time with the offset of the course's time zone."""
        if time is None or not self.timezone:
            return time
        return datetime.fromisoformat(time).astimezone(ZoneInfo(self.timezone)).isoformat(timespec="seconds")

    def shown(self, time: datetime) -> str:
        """Return a time as people read it, in either language: "2026-10-12 18:00 (Asia/Seoul)"."""
        return f"{time.astimezone(ZoneInfo(self.timezone)):%Y-%m-%d %H:%M} ({self.timezone})"


def read(root: Path) -> Course:
    """Read ``course.toml`` of a course folder; without the file, every value is its default.

    Raises:
        AutograderError: ``course-file`` if the file is wrong.
    """
    try:
        text = (root / NAME).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Course()
    except OSError as exc:
        raise course_error(f"cannot be read ({exc.strerror}); make it readable.", separator=" ") from exc
    except UnicodeDecodeError as exc:
        raise course_error("this is not UTF-8 text; save the file as UTF-8.") from exc
    try:
        table = tomllib.loads(_WITHOUT_SECONDS.sub(r"\1:00", text))
    except tomllib.TOMLDecodeError as exc:
        raise course_error(f"this is not valid TOML ({exc}); write for example {EXAMPLE} for a time.") from exc
    return _course(table, root)


def _course(table: dict[str, Any], root: Path) -> Course:
    from . import course_schema, policy_file  # pydantic takes time to load, and most commands do not need it

    file = course_schema.checked(table)
    if (file.due or file.extensions) and "timezone" not in file.model_fields_set:
        raise course_error('timezone is missing; write for example timezone = "Asia/Seoul" in the first line.')
    zone = ZoneInfo(file.timezone)
    due = {slug: _instant(time, zone, f"due.{slug}") for slug, time in file.due.items()}
    extensions = {
        slug: {student: _instant(time, zone, f"extensions.{slug}.{student}") for student, time in each.items()}
        for slug, each in file.extensions.items()
    }
    _check_extensions(due, extensions)
    policy_file.check_names(file, root)
    default = policy_file.default_policy(file)
    return Course(
        torch_index=file.torch_index,
        timezone=file.timezone,
        due=due,
        extensions=extensions,
        excused={slug: frozenset(students) for slug, students in file.excused.items()},
        default_policy=default,
        policies=policy_file.policies(file, default),
        groups=policy_file.groups(file),
        weights=file.weights,
    )


def _instant(time: datetime, zone: ZoneInfo, key: str) -> datetime:
    """Return a time of the file in UTC.

    Refuse a time of the zone that a clock change leaves out or repeats: people would read it in two ways.
    """
    if time.tzinfo:
        return time.astimezone(UTC)
    readings = [time.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    first, second = (each.astimezone(UTC) for each in readings)
    if first == second:
        return first
    if first < second:
        offsets = " or ".join(each.isoformat(timespec="minutes") for each in readings)
        problem = f"{time:%Y-%m-%dT%H:%M} exists twice in {zone.key}, because the clock is set back; write {offsets}."
    else:
        after = f"{first.astimezone(zone):%Y-%m-%dT%H:%M}"
        problem = f"{time:%Y-%m-%dT%H:%M} does not exist in {zone.key}, because the clock is set forward; "
        problem += f"write another time, such as {after}."
    raise course_error(f"{key}: {problem}", separator=", ")


def _check_extensions(due: Mapping[str, datetime], extensions: Mapping[str, Mapping[str, datetime]]) -> None:
    """Refuse an extension that would be ignored: of an assignment without a due date, or one that is no later."""
    for slug, students in extensions.items():
        if slug not in due:
            hint = remedy(slug, due, "write it there, too.")
            raise course_error(f'[extensions."{slug}"]: {slug} has no date in [due]; {hint}')
        for student, time in students.items():
            if time < due[slug]:
                raise course_error(
                    f'[extensions."{slug}"] {student}: this is before the date in [due]; write a later one.'
                )
