"""Platforms that start the grader themselves, one submission at a time, and read one document with its results."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from enum import StrEnum
from typing import Protocol, cast

from ..messages import say
from ..model import Audience, GradedCase, Report, Verdict
from ..reports.printable import clip, printable

CHARACTERS = 20_000  # of the text about one case; platforms limit the whole document


class Platform(StrEnum):
    """A platform that runs our grader in a container of its own."""

    GRADESCOPE = "gradescope"
    PRAIRIELEARN = "prairielearn"
    AUTOLAB = "autolab"


class Results(Protocol):
    """A module of this package: ``results_gradescope`` and its neighbours."""

    def graded(self, report: Report, *, seconds: float) -> str:
        """Return the document of a graded submission. ``seconds`` is how long the grader has run."""

    def not_graded(self, sentence: str, *, staff: str) -> str:
        """Return the document for a failure of the grader, with a sentence for the student and one for staff.

        It must not read as a grade of 0.
        """


def results(platform: Platform) -> Results:
    """Return the module that writes the results for a platform."""
    return cast(Results, importlib.import_module(f".results_{platform.value}", __package__))


def text_of(line: GradedCase, report: Report) -> str:
    """Return what a student may read about one case, without control characters."""
    if line.verdict is Verdict.PASSED and not line.message and line.measure is None:
        return _fit(line.title)
    from ..reports.case_lines import case_text  # a right submission needs none of it

    return _fit(case_text(replace(report, outcomes=(line,)), audience=Audience.STUDENT))


def notes_of(report: Report) -> str:
    """Return what a student may read about the whole submission."""
    failure = report.load_failure
    lines = [*report.notes, *([failure.message, failure.remedy] if failure else [])]
    if not report.complete:
        broken = sum(line.verdict is Verdict.GRADER_ERROR for line in report.outcomes)
        lines.append(say("report.incomplete", count=broken))
    return _fit("\n".join(filter(None, lines)))


def staff_of(report: Report) -> str:
    """Return what staff need about the cases that failed because of an error in the grader; "" if there are none."""
    broken = [line for line in report.outcomes if line.verdict is Verdict.GRADER_ERROR]
    return _fit("\n".join(f"{line.case}: {line.staff}" for line in broken))


def share(report: Report) -> float | None:
    """Return the earned share of the cases that could be graded, from 0 to 1; None if none could.

    A case with a grader error counts neither as earned nor as lost.
    """
    counted = [line for line in report.outcomes if line.verdict is not Verdict.GRADER_ERROR]
    possible = math.fsum(line.points for line in counted)
    if not report.outcomes:
        return 0.0  # the submission was refused as a whole
    if possible <= 0:
        return None
    return min(1.0, max(0.0, math.fsum(line.earned for line in counted) / possible))


def _fit(text: str) -> str:
    return printable(clip(text, characters=CHARACTERS, lines=400))
