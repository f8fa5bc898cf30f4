"""Grades in the table of scores that Gradescope exports for an assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import newer
from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number

_SCORE, _MOST, _TIME = "Total Score", "Max Points", "Submission Time"
_KEYS = ("SID", "Email")
_NAMES = ("First Name", "Last Name")


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return the table with our points as the total score.

    Raises:
        UsageError: it is not the table of these grades.
        NeedsHuman: a student cannot be matched.
    """
    score, most = template.column(_SCORE), template.column(_MOST)
    points = {number(row.value(most)) for row in template.rows[1:] if row.value(most)}
    possible = points.pop() if len(points) == 1 else None
    chosen = choose([Column(score, _SCORE, _SCORE, possible)], column, grades, file=template.name)
    rows = match(_people(template), grades, file=template.name)
    texts, warnings = cells(rows, chosen, template.decimal_mark([score, most]))
    for time in template.optional([_TIME]):
        warnings += newer.by_time(template, time, rows, "Gradescope")
    data = template.filled({(row, score): text for row, text in texts.items()})
    return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [
        f"Gradescope does not document an import of this table. Use {file} as your record, or enter the scores from it."
    ]


def _people(template: Template) -> Iterator[Person]:
    keys = template.optional(_KEYS)
    if not keys:
        template.column(_KEYS[0])  # names the column that is missing
    names, whole = template.optional(_NAMES), template.optional(["Name"])
    for index, row in enumerate(template.rows[1:], 1):
        forms = full_names(*(row.value(each) for each in names)) if len(names) == 2 else ()
        known = tuple(row.value(each) for each in keys)
        yield Person(index, row.line, known, (*forms, *(row.value(each) for each in whole)))
