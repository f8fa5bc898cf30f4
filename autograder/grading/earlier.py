"""What an earlier report says of a submission, so that only the cases that changed run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..course.case_digests import OTHERS
from ..course.submission import Submission
from ..model import Case, GradedCase, Outcome, Report, Verdict
from .execution import lacking_needs, skipped


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier report, and the cases whose outcomes in it still hold, by the names of their functions.

    With :data:`~autograder.course.case_digests.OTHERS` among them, those of all cases hold.
    """

    report: Report
    cases: frozenset[str]

    def answers(self, case: str) -> bool:
        """Return whether the outcome of a case still holds."""
        return case.partition("[")[0] in self.cases or OTHERS in self.cases


@dataclass(frozen=True, slots=True)
class Regraded:
    """A submission that has an earlier report."""

    submission: Submission
    earlier: Earlier


class KnownOutcomes:
    """The outcomes that one submission need not run for. Ask for each case, in the order of the plan."""

    def __init__(self, earlier: Earlier) -> None:
        self._lines = {line.case: line for line in earlier.report.outcomes if earlier.answers(line.case)}
        self._again: set[str] = set()  # cases whose outcome is not taken from the earlier report

    def has(self, case: Case) -> bool:
        """Return whether the earlier report has an outcome of a case that still holds."""
        return case.id in self._lines

    def find(self, case: Case, before: Mapping[str, Outcome], *, without: frozenset[str]) -> Outcome | None:
        """Return the outcome of a case, given those of the cases before it; None if the case has to run.

        The needs are those of today. So a case runs that was skipped and would not be now, and so does a case that
        needs another one that runs again.
        """
        line = self._lines.get(case.id)
        if line is None or not self._again.isdisjoint(case.needs):
            self._again.add(case.id)
            return None
        if lacking := lacking_needs(case, before, without):
            return skipped(case, lacking, before)
        return None if line.verdict is Verdict.SKIPPED else outcome_of(line)


def outcome_of(line: GradedCase) -> Outcome:
    """Return the outcome that a line of a report was made from.

    The hint of a line that names another task as its cause is lost: that sentence stands in place of it.
    """
    return Outcome(
        case=line.case,
        verdict=line.verdict,
        message=line.message,
        hint="" if line.because else line.hint,
        mismatch=line.mismatch,
        call=line.call,
        credit=line.earned / line.points if line.points else 0.0,
        seconds=line.seconds,
        output=line.output,
        staff=line.staff,
        measure=line.measure,
        trace=line.trace,
        snippet=line.snippet,
        source=line.source,
        named=line.named and not line.because,
    )
