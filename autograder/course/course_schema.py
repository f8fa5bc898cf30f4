"""The keys of ``course.toml`` and their types, and a sentence for each way in which a value can be wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..errors import AutograderError
from .course_error import EXAMPLE, NAME, remedy
from .policy import AttemptRule, Unit

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LateTable(_Table):
    """How late submissions lose points."""

    per: Annotated[Unit, Field(strict=False)] = Unit.DAY
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    points: Positive | None = None
    grace_minutes: Whole = 0
    maximum: Positive | None = None
    closes_after: Whole | None = None


class PolicyTable(_Table):
    """What differs for one assignment."""

    attempt: Annotated[AttemptRule, Field(strict=False)] | None = None
    drop_lowest: Whole = 0
    extra_credit: list[str] = Field(default_factory=list)
    cap_percent: Positive | None = None
    late: LateTable | None = None


class GroupTable(_Table):
    """Assignments that count together."""

    assignments: Annotated[list[str], Field(min_length=1)]
    weight: Positive = 1.0
    drop_lowest: Whole = 0


class CourseTable(_Table):
    """The whole file."""

    torch_index: str = Field(default="", pattern="://")
    timezone: str = Field(default="UTC")
    due: dict[str, datetime] = Field(default_factory=dict)
    extensions: dict[str, dict[str, datetime]] = Field(default_factory=dict)
    excused: dict[str, list[str]] = Field(default_factory=dict)
    attempt: Annotated[AttemptRule, Field(strict=False)] = AttemptRule.LAST
    late: LateTable | None = None
    policy: dict[str, PolicyTable] = Field(default_factory=dict)
    weights: dict[str, Positive] = Field(default_factory=dict)
    groups: dict[str, GroupTable] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def is_known(cls, name: str) -> str:
        """Refuse a name that is not a time zone."""
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as exc:  # not a name; not even a path; a folder of names
            raise ValueError("unknown") from exc
        return name


KEYS = tuple(CourseTable.model_fields)
LATE_KEYS, POLICY_KEYS, GROUP_KEYS = (tuple(each.model_fields) for each in (LateTable, PolicyTable, GroupTable))

_NUMBER = "write a number above 0."
_WHOLE = "write a whole number, 0 or more."
_ASSIGNMENTS = 'write a list of assignments, such as ["05-logistic"].'
_REMEDIES = {
    "torch_index": "write the URL of a package index, in quotes.",
    "attempt": 'write "last", "best" or "last-before-due".',
    "per": 'write "day" or "hour".',
    "percent": "write a number from 0 to 100.",
    "points": _NUMBER,
    "grace_minutes": "write a whole number of minutes, 0 or more.",
    "maximum": _NUMBER,
    "closes_after": "write a whole number of days or hours, 0 or more.",
    "drop_lowest": _WHOLE,
    "extra_credit": 'write a list of tasks, such as ["bonus"].',
    "cap_percent": _NUMBER,
    "assignments": _ASSIGNMENTS,
    "weight": _NUMBER,
}


def checked(table: dict[str, Any]) -> CourseTable:
    """Return the values of the file.

    Raises:
        AutograderError: ``course-file`` if a key or a type is wrong; one line for each.
    """
    try:
        return CourseTable.model_validate(table)
    except ValidationError as exc:
        raise AutograderError("\n".join(_sentence(each) for each in exc.errors()), slug="course-file") from exc


def _sentence(error: ErrorDetails) -> str:
    names = [part for part in error["loc"] if isinstance(part, str)]  # numbers are places in a list
    key = ".".join(names)
    given = error["input"]
    value = "a table" if isinstance(given, dict) else repr(given) if isinstance(given, str) else _shown(given)
    if error["type"] == "extra_forbidden":
        known = _keys_of(names[:-1])
        hint = remedy(names[-1], known, f"write one of {', '.join(known)}.")
        return f"{NAME}: the key {key} is unknown; {hint}"
    if error["type"] == "missing":
        return f"{NAME}, {key}: this is missing; {_REMEDIES[names[-1]]}"
    if error["type"] in ("dict_type", "model_type"):
        return f"{NAME}, {key}: this is {value}; write a table, headed by its name in brackets."
    if key == "timezone":
        return f'{NAME}, timezone: {value} is not a time zone; write a name such as "Asia/Seoul" or "Europe/Berlin".'
    return f"{NAME}, {key}: this is {value}; {_remedy(names)}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)  # as TOML writes it


def _keys_of(table: list[str]) -> tuple[str, ...]:
    """Return the keys of a table: of [late], [policy.05-logistic], [policy.05-logistic.late], [groups.homework]."""
    match table:
        case ["late"] | ["policy", _, "late"]:
            return LATE_KEYS
        case ["policy", _]:
            return POLICY_KEYS
        case ["groups", _]:
            return GROUP_KEYS
    return KEYS


def _remedy(names: list[str]) -> str:
    """Return what to write for a key; the keys of some tables are assignments and students."""
    match names[0]:
        case "due" | "extensions":
            return f"write a date and a time without quotes, such as {EXAMPLE}."
        case "weights":
            return _NUMBER
        case "excused":
            return 'write a list of students, such as ["alice"].'
    return _REMEDIES[names[-1]]
