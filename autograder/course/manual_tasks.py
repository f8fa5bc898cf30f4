"""Tasks that a person grades: ``kind = "manual"`` in ``assignment.toml``, with points and perhaps a rubric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import RubricLine, Task

CASES, MANUAL = KINDS = ("cases", "manual")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a task, at which of its keys."""

    key: str
    sentence: str


def task_of(table: Mapping[str, Any]) -> Task:
    """Return the task of a checked table ``[[task]]``."""
    rubric = tuple(RubricLine(text, float(points)) for text, points in table.get("rubric", {}).items())
    return Task(table["id"], table["title"], float(table["points"]), table.get("kind", CASES), rubric)


def problem(table: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with the kind or the rubric of a task, or None."""
    rubric = table.get("rubric")
    if table.get("kind", CASES) == CASES:
        if rubric is not None:
            return Problem("rubric", 'rubric is for a person who grades; add kind = "manual", or remove it.')
        return None
    if table.get("uses"):
        return Problem("uses", "a manual task calls no functions; remove uses.")
    if rubric is None:
        return None
    for text, points in rubric.items():
        if type(points) not in (int, float) or not 0 < points < math.inf:
            return Problem("rubric", f'rubric gives "{text}" {points!r}; write a number of points above 0.')
    total = math.fsum(rubric.values())
    if not math.isclose(total, table["points"]):
        sums = f"the lines of rubric add up to {total:g}, and points is {table['points']:g}"
        return Problem("rubric", f"{sums}; make them equal.")
    return None
