"""Kinds of tasks in ``assignment.toml``: those that a person grades (``kind = "manual"``), and optional challenges."""

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
    kind, challenge = table.get("kind", CASES), table.get("challenge", False)
    return Task(table["id"], table["title"], float(table["points"]), kind, rubric, challenge)


def problem(table: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with the points, the kind or the rubric of a task, or None."""
    if table.get("challenge"):
        if table.get("kind", CASES) == MANUAL:
            return Problem("challenge", "cases check a challenge, not a person; remove challenge, or kind.")
        if table["points"]:
            sentence = f"points is {table['points']:g}, but a challenge gives none; write points = 0, or remove"
            return Problem("points", f"{sentence} challenge.")
    elif not table["points"]:
        remedy = "write a number above 0, or add challenge = true to make the task optional."
        return Problem("points", f"points is 0; {remedy}")
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
