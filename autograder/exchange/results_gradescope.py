"""``results.json`` of Gradescope.

Gradescope wants a score in every document. So a document without a grade has a hidden test: Gradescope then shows no
total to the student, and staff see the test with the reason. Hidden cases are shown after grades are published, which
hides the total until then as well.
"""

from __future__ import annotations

import json
import math
from typing import Any

from ..messages import say
from ..model import Audience, GradedCase, Report, Verdict
from . import platforms

DECIMALS = 4
ERROR = "GRADER ERROR"
REFUSED = "NOT GRADED"  # an upload that cannot be opened safely
UNTIL_PUBLISHED = "after_published"


def graded(report: Report, *, seconds: float) -> str:
    """Return the document of a graded submission; see :class:`platforms.Results`."""
    share = platforms.share(report)
    if share is None:
        return not_graded(say("platform.error"), staff=platforms.staff_of(report))
    shown = report.seen_by(Audience.STUDENT)
    if not report.outcomes:
        return not_graded(platforms.notes_of(shown), staff=platforms.notes_of(shown), title=REFUSED)
    most = math.fsum(line.points for line in report.outcomes)
    tests = [_test(line, shown) for line in shown.outcomes]
    document = {
        **_FORMATS,
        "score": round(share * most, DECIMALS),
        "execution_time": round(seconds, 3),
        "output": platforms.notes_of(shown),
        "tests": [*tests, *([_for_staff(platforms.staff_of(report))] if not report.complete else [])],
        "extra_data": {
            "autograder": {
                "version": report.grader.version,
                "sha256": report.submission.sha256,
                "complete": report.complete,
                "level": report.sandbox.level.value,
                "layers": list(report.sandbox.layers),
            }
        },
    }
    if leaders := [_leader(line) for line in shown.outcomes if line.measure is not None]:
        document["leaderboard"] = leaders
    return _text(document)


def not_graded(sentence: str, *, staff: str, title: str = ERROR) -> str:
    """Return the document for a failure of the grader; see :class:`platforms.Results`."""
    extra = {"autograder": {"complete": False}}
    tests = [_for_staff(staff, title=title)]
    return _text({**_FORMATS, "score": 0.0, "output": sentence, "tests": tests, "extra_data": extra})


_FORMATS = {
    "output_format": "text",
    "test_output_format": "text",
    "test_name_format": "text",
    "visibility": "visible",
    "stdout_visibility": "hidden",
}


def _test(line: GradedCase, report: Report) -> dict[str, Any]:
    counts = line.verdict is not Verdict.GRADER_ERROR
    return {
        "name": line.case,
        "score": float(line.earned) if counts else 0.0,
        "max_score": float(line.points) if counts else 0.0,
        "status": "passed" if line.verdict is Verdict.PASSED else "failed",
        "output": platforms.text_of(line, report),
        "tags": [line.task],
        "visibility": "visible" if line.visible else UNTIL_PUBLISHED,
    }


def _for_staff(text: str, *, title: str = ERROR) -> dict[str, Any]:
    # no score of its own: one would count as points that were lost
    return {"name": title, "status": "failed", "output": text, "visibility": "hidden"}


def _leader(line: GradedCase) -> dict[str, Any]:
    assert line.measure is not None
    order = "asc" if line.measure.smaller_is_better else "desc"
    return {"name": f"{line.case}: {line.measure.name}", "value": line.measure.value, "order": order}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"
