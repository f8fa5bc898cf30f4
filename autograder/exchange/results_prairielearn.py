"""``results.json`` of a PrairieLearn external grader.

A document with ``gradable: false`` uses up no attempt and gives no score. It stands for every failure of the grader,
and for an upload that cannot be opened. PrairieLearn does not read a document of more than 1 MiB.
"""

from __future__ import annotations

import json
from typing import Any

from ..messages import say
from ..model import Audience, GradedCase, Report
from ..reports.printable import clip
from . import platforms

DECIMALS = 6
MAX_BYTES = 1 << 20
CHARACTERS = (platforms.CHARACTERS, 4_000, 1_000, 200)  # of the text about one case: the most that fits counts


def graded(report: Report, *, seconds: float) -> str:
    """Return the document of a graded submission; see :class:`platforms.Results`."""
    share = platforms.share(report)
    if share is None or not report.complete:
        return not_graded(say("platform.error"), staff=platforms.staff_of(report))
    shown = report.seen_by(Audience.STUDENT)
    notes = platforms.notes_of(shown)
    if not report.outcomes:
        return _text({"gradable": False, "format_errors": [notes or say("state.not-graded")]})
    head = {"gradable": True, "score": round(share, DECIMALS), "message": notes, "output": ""}
    texts = [platforms.text_of(line, shown) for line in shown.outcomes]
    for characters in CHARACTERS:
        parts = [clip(text, characters=characters, lines=len(text) + 1) for text in texts]
        tests = [_test(line, part) for line, part in zip(shown.outcomes, parts, strict=True)]
        document = _text({**head, "tests": tests})
        if len(document) <= MAX_BYTES:  # it is ASCII
            break
    return document


def not_graded(sentence: str, *, staff: str) -> str:
    """Return the document for a failure of the grader. Staff find the reason in the log of the job."""
    return _text({"gradable": False, "format_errors": [sentence]})


def _test(line: GradedCase, text: str) -> dict[str, Any]:
    return {
        "name": line.case,
        "description": line.title,
        "points": float(line.earned),
        "max_points": float(line.points),
        "message": "",
        "output": text,
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n"
