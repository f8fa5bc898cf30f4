"""``results.json`` of a PrairieLearn external grader.

A document with ``gradable: false`` uses up no attempt and gives no score. It stands for every failure of the grader,
and for an upload that cannot be opened.
"""

from __future__ import annotations

import json
from typing import Any

from ..messages import say
from ..model import Audience, GradedCase, Report
from . import platforms

DECIMALS = 6


def graded(report: Report, *, seconds: float) -> str:
    """Return the document of a graded submission; see :class:`platforms.Results`."""
    share = platforms.share(report)
    if share is None or not report.complete:
        return not_graded(say("platform.error"), staff=platforms.staff_of(report))
    shown = report.seen_by(Audience.STUDENT)
    notes = platforms.notes_of(shown)
    if not report.outcomes:
        return _text({"gradable": False, "format_errors": [notes or say("state.not-graded")]})
    tests = [_test(line, shown) for line in shown.outcomes]
    return _text({"gradable": True, "score": round(share, DECIMALS), "message": notes, "output": "", "tests": tests})


def not_graded(sentence: str, *, staff: str) -> str:
    """Return the document for a failure of the grader. Staff find the reason in the log of the job."""
    return _text({"gradable": False, "format_errors": [sentence]})


def _test(line: GradedCase, report: Report) -> dict[str, Any]:
    return {
        "name": line.case,
        "description": line.title,
        "points": float(line.earned),
        "max_points": float(line.points),
        "message": "",
        "output": platforms.text_of(line, report),
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n"
