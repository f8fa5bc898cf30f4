"""Grades in ``scores.csv``, which ``gh teacher download`` of Classroom 50 writes next to the clones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import newer
from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number

_SCORE, _MOST, _TIME = "score", "max_score", "datetime"
_KEYS = ("username", "email")
_NAMES = ("first_name", "last_name")


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return the table with our points as the scores.

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
        warnings += newer.by_time(template, time, rows, "Classroom 50")
    data = template.filled({(row, score): text for row, text in texts.items()})
    return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [f"Classroom 50 imports no scores. Use {file} as your record, or for your gradebook."]


def _people(template: Template) -> Iterator[Person]:
    template.column(_KEYS[0])
    keys, names = template.optional(_KEYS), template.optional(_NAMES)
    for index, row in enumerate(template.rows[1:], 1):
        forms = full_names(*(row.value(each) for each in names)) if len(names) == 2 else ()
        yield Person(index, row.line, tuple(row.value(each) for each in keys), forms)
