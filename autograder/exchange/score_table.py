"""A table with one score a row, its maximum and its time, as Gradescope and Classroom 50 write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import newer
from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The headers of a system's table. ``names`` are first and last name, ``whole`` holds both in one cell.

    Of ``keys`` at least one must be there.
    """

    system: str
    score: str
    most: str
    time: str
    keys: tuple[str, ...]
    names: tuple[str, str]
    whole: tuple[str, ...] = ()

    def fill(self, template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
        """Return the table with our points as the scores.

        Raises:
            UsageError: it is not the table of these grades.
            NeedsHuman: a student cannot be matched.
        """
        score, most = template.column(self.score), template.column(self.most)
        points = {number(row.value(most)) for row in template.rows[1:] if row.value(most)}
        possible = points.pop() if len(points) == 1 else None
        chosen = choose([Column(score, self.score, self.score, possible)], column, grades, file=template.name)
        rows = match(self._people(template), grades, file=template.name)
        texts, warnings = cells(rows, chosen, template.decimal_mark([score, most]))
        for time in template.optional([self.time]):
            warnings += newer.by_time(template, time, rows, self.system)
        data = template.filled({(row, score): text for row, text in texts.items()})
        return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))

    def _people(self, template: Template) -> Iterator[Person]:
        keys = template.optional(self.keys)
        if not keys:
            template.column(self.keys[0])  # names the column that is missing
        names, whole = template.optional(self.names), template.optional(self.whole)
        for index, row in enumerate(template.rows[1:], 1):
            forms = full_names(*(row.value(each) for each in names)) if len(names) == 2 else ()
            known = tuple(row.value(each) for each in keys)
            yield Person(index, row.line, known, (*forms, *(row.value(each) for each in whole)))
