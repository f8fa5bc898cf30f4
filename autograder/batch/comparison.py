"""How two sets of reports differ: whose points move, by which cases, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..grading.rubric import DECIMALS
from ..model import Verdict
from ..reports import class_rows
from .adjustments import Decision, Points, applied, points_of
from .runner import Member

_ENDS = (".", "!", "?", ":")  # of a sentence

Line = Mapping[str, Any]
"""A line of a report, as in its JSON."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A report: its row of the class, and all of it, as JSON. ``document`` is "" where it is not needed."""

    summary: str
    document: str


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case with another verdict or other points. ``before`` or ``after`` is None where the case does not exist.

    ``verdict_before`` and ``verdict_after`` are "" then. ``message`` is that of the verdict that is not "passed".
    """

    case: str
    title: str
    before: float | None
    after: float | None
    verdict_before: str
    verdict_after: str
    message: str

    @property
    def points(self) -> float:
        """The points that it adds or takes."""
        return round((self.after or 0.0) - (self.before or 0.0), DECIMALS)


@dataclass(frozen=True, slots=True)
class Change:
    """What a new report means for a person: points before and after, with what people decided.

    ``points_before`` and ``points_after`` are those of the reports alone. ``is_new``: there is another report.
    """

    person: str
    student: str
    sha256: str
    before: float
    after: float
    possible: float
    points_before: float
    points_after: float
    is_new: bool
    cases: tuple[CaseChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A person whose points cannot move, and the id of the reason."""

    person: str
    student: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseMoves:
    """What a case does to a class: how many people gain and lose points by it, and how many only the verdict."""

    case: str
    title: str
    up: int = 0
    down: int = 0
    same: int = 0


@dataclass(frozen=True)
class Comparison:
    """What would change for each person, in the order of their names."""

    changes: Sequence[Change]
    problems: Sequence[Problem] = field(default=())

    @property
    def up(self) -> list[Change]:
        """People who gain points."""
        return [change for change in self.changes if change.after > change.before]

    @property
    def down(self) -> list[Change]:
        """People who lose points."""
        return [change for change in self.changes if change.after < change.before]

    @property
    def moved(self) -> list[Change]:
        """People whose points change, the largest loss first."""
        return sorted([*self.up, *self.down], key=lambda change: change.after - change.before)

    @property
    def alike(self) -> list[list[Change]]:
        """People whose points change, together where the same cases changed with the same messages."""
        found: dict[tuple[CaseChange, ...], list[Change]] = {}
        for change in self.moved:
            found.setdefault(change.cases, []).append(change)
        return list(found.values())

    @property
    def by_case(self) -> list[CaseMoves]:
        """What each changed case does, those that move most people first."""
        titles = {each.case: each.title for change in self.changes for each in change.cases}
        found: Counter[tuple[str, str]] = Counter()
        for change in self.changes:
            for each in change.cases:
                found[each.case, "up" if each.points > 0 else "down" if each.points < 0 else "same"] += 1
        rows = [
            CaseMoves(case, title, *(found[case, way] for way in ("up", "down", "same")))
            for case, title in titles.items()
        ]
        return sorted(rows, key=lambda row: (-row.up - row.down, row.case))

    def summary(self) -> dict[str, Any]:
        """Return the comparison for programs, as plain values, with pseudonyms."""
        return {
            "up": len(self.up),
            "down": len(self.down),
            "unchanged": len(self.changes) - len(self.up) - len(self.down),
            "cases": [
                {"case": each.case, "up": each.up, "down": each.down, "same": each.same} for each in self.by_case
            ],
            "moved": [_moved(change) for change in self.moved],
            "not_graded": [{"person": person_of(each.person), "reason": each.reason} for each in self.problems],
        }


def person_of(name: str) -> str:
    """Return the pseudonym in the name of an attempt: ``s-1f0c.2`` is the second one of ``s-1f0c``."""
    return name.partition(".")[0]


def _moved(change: Change) -> dict[str, Any]:
    cases = [
        {
            "case": each.case,
            "before": each.before,
            "after": each.after,
            "verdict_before": each.verdict_before or None,
            "verdict_after": each.verdict_after or None,
            "message": each.message,
        }
        for each in change.cases
    ]
    return {
        "person": person_of(change.person),
        "sha256": change.sha256,
        "before": change.before,
        "after": change.after,
        "possible": change.possible,
        "cases": cases,
    }


def compared(
    pairs: Sequence[tuple[Member, Graded, Graded | None]],
    decided: Callable[[str], Sequence[Decision]],
    problems: Sequence[Problem],
) -> Comparison:
    """Compare the report of each person that counts with the new one, which is None if it is the same."""
    changes = []
    cases: dict[str, tuple[CaseChange, ...]] = {}  # by sha256: equal submissions are compared once
    for member, old, new in pairs:
        if new is not None and member.sha256 not in cases:
            cases[member.sha256] = tuple(case_changes(_lines(old.document), _lines(new.document)))
        decisions = decided(member.upload.student)
        before, after = (_points(each, decisions) for each in (old, new or old))
        changes.append(
            Change(
                member.upload.student,
                member.student,
                member.sha256,
                before[1].score.earned,
                after[1].score.earned,
                after[1].score.possible,
                before[0],
                after[0],
                new is not None,
                cases.get(member.sha256, ()),
            )
        )
    return Comparison(changes, problems)


def _points(graded: Graded, decisions: Sequence[Decision]) -> tuple[float, Points]:
    row = class_rows.from_json(graded.summary)
    return row.score.earned, applied(points_of(row), decisions)


def _lines(document: str) -> list[Line]:
    lines: list[Line] = json.loads(document)["outcomes"]
    return lines


def case_changes(old: Sequence[Line], new: Sequence[Line]) -> list[CaseChange]:
    """Return the cases whose verdict or points differ between two reports of a submission."""
    before, after = ({line["case"]: line for line in lines} for lines in (old, new))
    return [
        _change(before.get(case), after.get(case))
        for case in after | before
        if _result(before.get(case)) != _result(after.get(case))
    ]


def _result(line: Line | None) -> tuple[Any, ...] | None:
    return None if line is None else (line["verdict"], round(line["earned"], DECIMALS))


def _change(old: Line | None, new: Line | None) -> CaseChange:
    shown = new or old
    assert shown is not None
    failing = next((line for line in (new, old) if line and line["verdict"] != Verdict.PASSED), None)
    return CaseChange(
        shown["case"],
        shown["title"],
        old["earned"] if old else None,
        new["earned"] if new else None,
        old["verdict"] if old else "",
        new["verdict"] if new else "",
        message_of(failing) if failing else "",
    )


def message_of(line: Line) -> str:
    """Return what a report says of a failed case: message, first difference and hint, in one line."""
    text = line["message"]
    if not text and (found := line["mismatch"]):
        place = f" at {found['where']}" if found["where"] else ""
        text = f"{found['kind']}: got {found['got']}, want {found['want']}{place}"
    parts = [" ".join(part.split()) for part in (text, line["hint"]) if part]
    return " ".join([*(part if part.endswith(_ENDS) else f"{part}." for part in parts[:-1]), *parts[-1:]])
