"""Compute points from outcomes, with arithmetic only, so that they can be computed again from a saved report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..model import Adjustment, Case, GradedCase, Outcome, Score, Verdict

DECIMALS = 4  # of a sum; further digits are rounding errors
SHARE_DECIMALS = 8  # of a case; its points can be a share such as 10/3, and three of these must add up to 10


def graded(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> tuple[GradedCase, ...]:
    """Join every case of the plan with its outcome.

    A case with no outcome or with several is GRADER_ERROR, so that no case of a plan is lost.
    """
    by_case: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_case.setdefault(outcome.case, []).append(outcome)
    return tuple(_line(case, by_case.get(case.id, [])) for case in cases)


def _line(case: Case, found: list[Outcome]) -> GradedCase:
    if len(found) == 1:
        outcome = found[0]
    else:
        outcome = Outcome(case.id, Verdict.GRADER_ERROR, staff=f"{len(found)} outcomes were recorded for this case.")
    return GradedCase(
        case=case.id,
        task=case.task,
        title=case.title,
        points=round(case.points, SHARE_DECIMALS),
        earned=round(case.points * _credit(outcome), SHARE_DECIMALS),
        verdict=outcome.verdict,
        visible=case.visible,
        message=outcome.message,
        hint=outcome.hint,
        seconds=outcome.seconds,
        call=outcome.call,
        mismatch=outcome.mismatch,
        output=outcome.output,
        staff=outcome.staff,
        measure=outcome.measure,
        trace=outcome.trace,
        snippet=outcome.snippet,
        source=outcome.source,
        named=outcome.named,
    )


def _credit(outcome: Outcome) -> float:
    """Return the share of its points that a case earned: 1 if it passed, or the share of a band if it failed."""
    if outcome.verdict is Verdict.PASSED:
        return 1.0
    if outcome.verdict is Verdict.FAILED and 0.0 < outcome.credit < 1.0:
        return outcome.credit
    return 0.0


def score(lines: Sequence[GradedCase], adjustments: Sequence[Adjustment] = ()) -> Score:
    """Add up the points. Both sums exclude a case that failed because of an error in the grader."""
    counted = [line for line in lines if line.verdict is not Verdict.GRADER_ERROR]
    possible = math.fsum(line.points for line in counted)
    earned = math.fsum([*(line.earned for line in counted), *(each.points for each in adjustments)])
    return Score(
        earned=round(min(max(earned, 0.0), possible), DECIMALS),
        possible=round(possible, DECIMALS),
        adjustments=tuple(adjustments),
    )


def possible(cases: Sequence[Case]) -> float:
    """Return the points that the cases of a run are worth."""
    return total([case.points for case in cases])


def total(points: Sequence[float]) -> float:
    """Return a sum of points."""
    return round(math.fsum(points), DECIMALS)


def is_complete(lines: Sequence[GradedCase]) -> bool:
    """Return whether no case failed because of an error in the grader."""
    return all(line.verdict is not Verdict.GRADER_ERROR for line in lines)
