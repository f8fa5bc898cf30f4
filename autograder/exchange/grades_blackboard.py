"""Grades for Blackboard Learn: the table of its grade centre, whose columns have an id after ``|``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number

_ASSIGNMENT = re.compile(r"(?P<title>.*) \[Total Pts: (?P<most>[^\]]+?) (?P<unit>\w+)\]\s*\|(?P<id>\d+)", re.DOTALL)
_UNIT = "Score"  # a column in percent or letters would read our points as something else
_NAMES = ("First Name", "Last Name")


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return the table with our grades in the column of the assignment.

    Raises:
        UsageError: it is not the table of these grades.
        NeedsHuman: a student cannot be matched.
    """
    chosen = choose(list(_assignments(template)), column, grades, file=template.name)
    rows = match(_people(template), grades, file=template.name)
    texts, warnings = cells(rows, chosen, template.decimal_mark([chosen.index]))
    data = template.filled({(row, chosen.index): text for row, text in texts.items()})
    return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [f'In Blackboard, choose Work Offline, Upload, and {file}. Select only the column "{filled.column.title}".']


def _assignments(template: Template) -> Iterator[Column]:
    for index, header in enumerate(template.header):
        if (parts := _ASSIGNMENT.fullmatch(header)) and parts["unit"] == _UNIT:
            yield Column(index, header, parts["title"], number(parts["most"]), parts["id"])


def _people(template: Template) -> Iterator[Person]:
    keys = [template.column("Username"), *template.optional(["Student ID"])]
    names = template.optional(_NAMES)
    for index, row in enumerate(template.rows[1:], 1):
        forms = full_names(*(row.value(each) for each in names)) if len(names) == 2 else ()
        yield Person(index, row.line, tuple(row.value(each) for each in keys), forms)
