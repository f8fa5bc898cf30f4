"""What holds for every assignment of a course: the file ``course.toml`` in the course folder, which is optional.

    torch_index = "https://..."  # the package index that PyTorch comes from
    timezone = "Asia/Seoul"

    [due]
    "05-logistic" = 2026-10-12T18:00

    [extensions."05-logistic"]
    alice = 2026-10-19T18:00

A time without an offset is a time in ``timezone``, which is needed as soon as there are dates. Errors raise an
:class:`AutograderError` with the slug ``course-file``; its message names file, key and remedy.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from ..errors import AutograderError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NAME: Final = "course.toml"
KEYS = ("torch_index", "timezone", "due", "extensions")
EXAMPLE = "2026-10-12T18:00"
# TOML 1.1 allows a time without seconds; the reader of Python up to 3.14 does not.
_WITHOUT_SECONDS = re.compile(r"(=\s*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)(?=\s*(?:[,}#\n]|\Z))")


@dataclass(frozen=True, slots=True)
class Course:
    """The values of course.toml.

    ``torch_index`` is the package index that PyTorch comes from, "" for pip's own. ``due`` is by slug, ``extensions``
    by slug and student. Every time has an offset.
    """

    torch_index: str = ""
    timezone: str = ""
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def last(self, slug: str) -> tuple[datetime, str] | None:
        """Return when the last student must hand in, and the name of that student, "" for all; None without a date."""
        if slug not in self.due:
            return None
        until = [(time, student) for student, time in self.extensions.get(slug, {}).items()]
        return max([(self.due[slug], ""), *until])

    def late(self, slug: str, student: str, received_at: str | None) -> str:
        """Return how late a submission is in hours and minutes ("26:13"), "no" or "unknown"; "" without a due date."""
        due = self.extensions.get(slug, {}).get(student, self.due.get(slug))
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
        raise _error(f"cannot be read ({exc.strerror}); make it readable.", separator=" ") from exc
    except UnicodeDecodeError as exc:
        raise _error("this is not UTF-8 text; save the file as UTF-8.") from exc
    try:
        table = tomllib.loads(_WITHOUT_SECONDS.sub(r"\1:00", text))
    except tomllib.TOMLDecodeError as exc:
        raise _error(f"this is not valid TOML ({exc}); write for example {EXAMPLE} for a time.") from exc
    return _checked(table)


def _checked(table: dict[str, Any]) -> Course:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

    class CourseFile(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        torch_index: str = Field(default="", pattern="://")
        timezone: str = Field(default="UTC")
        due: dict[str, datetime] = Field(default_factory=dict)
        extensions: dict[str, dict[str, datetime]] = Field(default_factory=dict)

        @field_validator("timezone")
        @classmethod
        def is_known(cls, name: str) -> str:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError) as exc:  # not a name; not even a path; a folder of names
                raise ValueError("unknown") from exc
            return name

    try:
        file = CourseFile.model_validate(table)
    except ValidationError as exc:
        raise AutograderError("\n".join(_sentence(each) for each in exc.errors()), slug="course-file") from exc
    if (file.due or file.extensions) and "timezone" not in file.model_fields_set:
        raise _error('timezone is missing; write for example timezone = "Asia/Seoul" in the first line.')
    zone = ZoneInfo(file.timezone)

    def local(time: datetime) -> datetime:
        return time if time.tzinfo else time.replace(tzinfo=zone)

    due = {slug: local(time) for slug, time in file.due.items()}
    extensions = {
        slug: {student: local(time) for student, time in each.items()} for slug, each in file.extensions.items()
    }
    _check_extensions(due, extensions)
    return Course(file.torch_index, file.timezone, due, extensions)


def _check_extensions(due: Mapping[str, datetime], extensions: Mapping[str, Mapping[str, datetime]]) -> None:
    """Refuse an extension that would be ignored: of an assignment without a due date, or one that is no later."""
    for slug, students in extensions.items():
        if slug not in due:
            remedy = _remedy(slug, due, "write it there, too.")
            raise _error(f'[extensions."{slug}"]: {slug} has no date in [due]; {remedy}')
        for student, time in students.items():
            if time < due[slug]:
                raise _error(f'[extensions."{slug}"] {student}: this is before the date in [due]; write a later one.')


def _sentence(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"])
    given = error["input"]
    value = "a table" if isinstance(given, dict) else repr(given) if isinstance(given, str) else str(given)
    if error["type"] == "extra_forbidden":
        remedy = _remedy(key, KEYS, f"write one of {', '.join(KEYS)}.")
        return f"{NAME}: the key {key} is unknown; {remedy}"
    if key == "torch_index":
        return f"{NAME}, torch_index: this is {value}; write the URL of a package index, in quotes."
    if key == "timezone":
        return f'{NAME}, timezone: {value} is not a time zone; write a name such as "Asia/Seoul" or "Europe/Berlin".'
    if error["type"] == "dict_type":
        return f"{NAME}, {key}: this is {value}; write a table, headed by its name in brackets."
    return f"{NAME}, {key}: this is {value}; write a date and a time without quotes, such as {EXAMPLE}."


def _remedy(wanted: str, known: Iterable[str], otherwise: str) -> str:
    close = difflib.get_close_matches(wanted, known, n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def _error(problem: str, separator: str = ": ") -> AutograderError:
    return AutograderError(f"{NAME}{separator}{problem}", slug="course-file")
