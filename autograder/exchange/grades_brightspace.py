"""Grades for Brightspace (D2L): its export of grades, which it imports only with exactly the same header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import UsageError
from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number

_ASSIGNMENT = re.compile(r"(?P<title>.+) Points Grade(?: <(?P<meta>[^>]*)>)?", re.DOTALL)
_MOST = re.compile(r"\bMaxPoints:(\S+)")
_KEYS = ("OrgDefinedId", "Username", "Email")
_NAMES = ("First Name", "Last Name")
_END = "End-of-Line Indicator"
_END_OF_ROW = "#"


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return the export with our grades in the column of the assignment.

    Raises:
        UsageError: it is not the export of these grades, or the end of a row is missing.
        NeedsHuman: a student cannot be matched.
    """
    if not template.optional(_KEYS[:2]):
        template.column(_KEYS[0])  # names the column that is missing
    end = template.column(_END)
    chosen = choose(list(_assignments(template)), column, grades, file=template.name)
    rows = match(_people(template), grades, file=template.name)
    for row in rows:
        if template.rows[row].value(end).strip() != _END_OF_ROW:
            raise UsageError(
                f'{template.place(row, end)}: the cell must be "{_END_OF_ROW}". Export the grades from Brightspace '
                "again, and do not change the file."
            )
    texts, warnings = cells(rows, chosen, template.decimal_mark([chosen.index]))
    data = template.filled({(row, chosen.index): text for row, text in texts.items()})
    return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [f"In Brightspace, choose Grades, Enter Grades, Import, and {file}. The preview must show no error."]


def _assignments(template: Template) -> Iterator[Column]:
    for index, header in enumerate(template.header):
        if parts := _ASSIGNMENT.fullmatch(header):
            most = _MOST.search(parts["meta"] or "")
            yield Column(index, header, parts["title"], number(most[1]) if most else None)


def _people(template: Template) -> Iterator[Person]:
    keys, names = template.optional(_KEYS), template.optional(_NAMES)
    for index, row in enumerate(template.rows[1:], 1):
        forms = full_names(*(row.value(each) for each in names)) if len(names) == 2 else ()
        # Brightspace writes # before a key, so that a spreadsheet does not take it for a number.
        known = tuple(row.value(each).strip().removeprefix(_END_OF_ROW).strip() for each in keys)
        yield Person(index, row.line, known, forms)
