"""What the solution does in each case: its seconds, its calls, and the time that a mutant may take."""

from __future__ import annotations

from contextlib import closing

from ..course import solution
from ..course.assignment import Assignment
from ..errors import CaseError
from ..grading.cache import OutcomeCache
from ..grading.collected_cases import CollectedCases
from ..model import Case, Outcome, Verdict
from ..student.call import RecordedCall
from ..student.log import CaseLog
from ..student.source import parameters_of
from .inputs import Handed, with_handed
from .seeds import SEED, in_one_worker

QUICK_CASE_S = 0.02  # of CPU time: with 50 seeds and 6 right answers such a case takes at most 6 s
MAX_CALL_RATIO = 10.0  # a call of a mutant may take this many times as long as the longest one of the solution,
MIN_CALL_S = 0.5  # and always this long: a machine that is busy delays a call by tenths of a second
MAX_CALLS = 60  # recorded for each function: enough to show the kinds of its inputs


class Baseline:
    """Measurements of the cases on the solution.

    A case with its own ``call_s`` is slow: it trains. Slow cases are not run here. All others cannot take long, because
    the default limit of a call is a few seconds. Those that take less than ``QUICK_CASE_S`` are quick.

    Attributes:
        seconds: CPU time of the worker and of this process by case, in seconds. It hardly depends on how busy the
            machine is.
        call_s: the limit of a single call of a mutant by case, in seconds.
        calls: the first calls of each function.
        functions: the functions that the cases of a task call, by task.
        opaque: the items of a function's result that a case hands on as ``cache``: they are the submission's own.
        cache: the outcomes of all cases by the replies, so that a case is not run on a mutant that answers alike.
    """

    def __init__(self, assignment: Assignment, cases: CollectedCases) -> None:
        """Run every case that is not slow with two seeds.

        Raises:
            CaseError: the solution does not pass a case.
        """
        self.seconds: dict[str, float] = {}
        self.call_s: dict[str, float] = {}
        self.calls: dict[str, list[RecordedCall]] = {}
        self.functions: dict[str, set[str]] = {}
        self.opaque: dict[str, set[int]] = {}
        self.cache = OutcomeCache()
        self._slow = frozenset(case.id for case in cases.plan if cases.has_own_limit(case))
        due = [case for case in cases.plan if not self.is_slow(case)]
        modules = solution.modules(assignment)
        self._parameters = parameters_of(modules[assignment.modules[0]])
        with closing(in_one_worker(cases, modules, (SEED, SEED + 1))) as rows:
            for seed, connection in rows:
                for case, outcome, log in cases.run_on(connection, due, cache=self.cache):
                    if outcome.verdict is not Verdict.PASSED:
                        raise CaseError(
                            f"{assignment.slug}: with seed {seed} the case {case.id} does not pass on the solution "
                            f"({describe(outcome)}). Fix the case or the solution."
                        )
                    self._add(case, log)

    def _add(self, case: Case, log: CaseLog) -> None:
        # the shorter of two: the first run may have started the worker, or imported a part of torch
        self.seconds[case.id] = min(log.cpu_s, self.seconds.get(case.id, log.cpu_s))
        longest = max((call.seconds for call in log.calls), default=0.0)
        self.call_s[case.id] = max(MIN_CALL_S, MAX_CALL_RATIO * longest, self.call_s.get(case.id, 0.0))
        for call in with_handed(log.calls, self._parameters):
            for handed in (arg for arg in [*call.args, *call.kwargs.values()] if isinstance(arg, Handed)):
                if handed.item is not None:
                    self.opaque.setdefault(handed.call.function, set()).add(handed.item)
            self.functions.setdefault(case.task, set()).add(call.function)
            calls = self.calls.setdefault(call.function, [])
            if len(calls) < MAX_CALLS:
                calls.append(call)

    def is_slow(self, case: Case) -> bool:
        """Whether a case trains: it has its own limit for a call."""
        return case.id in self._slow

    def is_quick(self, case: Case) -> bool:
        """Whether a case takes so little time that it can run very often."""
        return not self.is_slow(case) and self.seconds[case.id] < QUICK_CASE_S

    def order(self, case: Case) -> tuple[bool, float]:
        """Return the sort key that puts quick cases first, in the order of the plan, and slow ones last."""
        if self.is_slow(case):
            return True, 0.0
        return False, 0.0 if self.is_quick(case) else self.seconds[case.id]


def describe(outcome: Outcome) -> str:
    """Describe an outcome in one line: "failed: value: got 3.0, want 4.0"."""
    mismatch = outcome.mismatch
    text = outcome.message or (f"{mismatch.kind}: got {mismatch.got}, want {mismatch.want}" if mismatch else "")
    return f"{outcome.verdict.value}: {text}".strip()
