"""Right answers with many seeds: the solution and its alternatives must pass every case."""

from __future__ import annotations

from collections.abc import Sequence

from ..course import solution
from ..course.assignment import Assignment
from ..grading.cache import OutcomeCache
from ..grading.collected_cases import CollectedCases
from ..model import Case, Outcome, Verdict
from .baseline import Baseline, describe
from .results import FalseAlarm, RightAnswersResult
from .seeds import FEW_SEEDS, SEED, in_one_worker

SEEDS_PER_WORKER = 5  # more do not save much: five make the start of a worker (some ms) small against the cases


class RightAnswers:
    """Grades the solution and its alternatives with ``seeds`` seeds."""

    def __init__(self, assignment: Assignment, cases: CollectedCases, baseline: Baseline, *, seeds: int) -> None:
        self._cases = cases
        self._baseline = baseline
        self._answers = [("solution", solution.modules(assignment))]
        self._answers += [(each.id, each.modules) for each in solution.alternatives(assignment)]
        self._seeds = range(SEED, SEED + seeds)
        # The seeds of the cases that are not quick, spread over all seeds. A process that finds a case quick grades it
        # with these as well, so that processes that disagree leave none of them out.
        self._few = self._seeds[:: -(-seeds // FEW_SEEDS)]

    def with_seeds(self, seeds: Sequence[int]) -> RightAnswersResult:
        """Grade every answer on the cases that are not slow. All cases run with a few seeds, quick ones with all."""
        result = RightAnswersResult()
        cache = OutcomeCache()
        for name, modules in self._answers:
            for seed, connection in in_one_worker(self._cases, modules, seeds):
                for case, outcome, _ in self._cases.run_on(connection, self._due(seed), cache=cache):
                    _add(result, name, seed, case, outcome)
        return result

    def _due(self, seed: int) -> list[Case]:
        cases = [case for case in self._cases.plan if not self._baseline.is_slow(case)]
        return cases if seed in self._few else [case for case in cases if self._baseline.is_quick(case)]

    def on_slow_cases(self, number: int) -> RightAnswersResult:
        """Grade one answer on the slow cases, once; each answer has its own seed."""
        result = RightAnswersResult()
        name, modules = self._answers[number]
        slow = [case for case in self._cases.plan if self._baseline.is_slow(case)]
        for seed, connection in in_one_worker(self._cases, modules, [SEED + number] if slow else []):
            for case, outcome, log in self._cases.run_on(connection, slow):
                _add(result, name, seed, case, outcome)
                if name == "solution":
                    self._baseline.seconds[case.id] = log.cpu_s
        return result


def _add(result: RightAnswersResult, answer: str, seed: int, case: Case, outcome: Outcome) -> None:
    """Count a graded case, and note a false alarm."""
    result.graded[case.id] += 1
    if outcome.verdict is not Verdict.PASSED:
        result.alarms.append(FalseAlarm(answer, seed, case.id, describe(outcome)))
