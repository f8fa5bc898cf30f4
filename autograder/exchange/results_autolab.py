"""The last two lines that Autolab reads: feedback for each case, then a score for each problem.

A problem is a task of the assignment, so the assessment in Autolab has a problem for each of them, with its id as the
name. A task with a grader error has no score. Autolab gives 0 to every problem if the scores are empty, but reports a
problem that it does not know, so a failure of the grader names one.
"""

from __future__ import annotations

import json
import math
from typing import Any

from ..model import Audience, Report, Verdict
from . import platforms

UNKNOWN = "grader_error"  # no task is called so
DECIMALS = 4


def graded(report: Report, *, seconds: float) -> str:
    """Return the lines of a graded submission; see :class:`platforms.Results`."""
    shown = report.seen_by(Audience.STUDENT)
    if not report.outcomes:  # the upload was refused as a whole
        return not_graded(platforms.notes_of(shown), staff="")
    broken = {line.task for line in shown.outcomes if line.verdict is Verdict.GRADER_ERROR}
    scores: dict[str, float] = {
        task.id: round(math.fsum(line.earned for line in shown.outcomes if line.task == task.id), DECIMALS)
        for task in shown.tasks
        if task.id not in broken and _lines(task.id, shown)
    }
    feedback: dict[str, Any] = {"_presentation": "semantic", "stages": [*scores]}
    for task in feedback["stages"]:
        feedback[task] = {
            line.case: {"passed": line.verdict is Verdict.PASSED, "hint": platforms.text_of(line, shown)}
            for line in _lines(task, shown)
        }
    head = f"{platforms.notes_of(shown)}\n" if platforms.notes_of(shown) else ""
    return f"{head}{_line(feedback)}\n{_line({'scores': scores or {UNKNOWN: 0.0}})}\n"


def not_graded(sentence: str, *, staff: str) -> str:
    """Return the lines for a failure of the grader. Its reason is not among them, because students read the output."""
    return f"{sentence}\n{_line({'scores': {UNKNOWN: 0.0}})}\n"


def _lines(task: str, report: Report) -> list[Any]:
    return [line for line in report.outcomes if line.task == task]


def _line(value: Any) -> str:
    """Return JSON on one line, whose texts have no colon: Autolab puts each word before a colon into quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_line(key)}: {_line(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_line, value)) + "]"
    text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    return text.replace(":", "\\u003a") if isinstance(value, str) else text
