"""Grades in the table of another system that did not come from here: perhaps a person wrote them there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .grades import Filled, amount
from .template import Template, number

_LAST_SCORE = re.compile(r"[^()]*\(([^()]*)\)\s*")  # Blackboard: Needs Marking(75.00)
SAME = 0.00501  # other systems show two decimals


@dataclass(frozen=True, slots=True)
class OtherValue:
    """A cell with another value than ours: its place, the student, what it has and what the export would write."""

    place: str
    student: str
    old: str
    new: str

    def sentence(self, *, overwrite: bool) -> str:
        """Return what happens to the cell."""
        what = "is replaced by" if overwrite else "stays, and is not replaced by"
        return f"{self.place}: {self.student} has {self.old}, which was not exported from here. It {what} {self.new}."


def find(table: Template, filled: Filled, published: Mapping[str, float]) -> list[OtherValue]:
    """Return the cells whose value differs from ours, and from the one that was last exported (``published``)."""
    found = []
    for row in sorted(filled.written):
        grade = filled.rows[row]
        text = table.rows[row].value(filled.column.index)
        old = number(inner[1] if (inner := _LAST_SCORE.fullmatch(text)) else text)
        if old is None:
            continue
        before = published.get(grade.student)
        if any(each is not None and abs(old - each) < SAME for each in (grade.points, before)):
            continue
        new = "excused" if grade.points is None else amount(grade.points)
        place = table.place(row, filled.column.index)
        found.append(OtherValue(place, grade.student, text, new))
    return found


def sentences(found: Sequence[OtherValue], *, overwrite: bool) -> list[str]:
    """Return a sentence for each cell, and what to do."""
    lines = [each.sentence(overwrite=overwrite) for each in found]
    if found and not overwrite:
        values = "this value" if len(found) == 1 else f"these {len(found)} values"
        lines.append(f"To replace {values}, add --overwrite.")
    return lines
