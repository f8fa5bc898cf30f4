"""Probes: submissions that answer in the right shape and know nothing. No case may give them a point.

They are made from the solution: ``probing.py`` replaces the functions of one task, all others stay right. A case that
gives a point to a probe is a hole, unless the probe answered there as the solution does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from ..course import solution, stubs
from ..course.assignment import Assignment
from ..grading import rubric
from ..grading.collected_cases import CollectedCases
from ..model import Case, Verdict
from ..student.log import CaseLog
from . import probing
from .answers import other_answers
from .baseline import Baseline
from .mutation import owner_of
from .results import Hole, ProbeResult
from .seeds import SEED, set_seed

MODULE = "_probing"  # the name of probing.py in a worker
ON_SLOW_CASES = ("nan", "zeros", "ones")  # a case that trains meets only these


class Probes:
    """Runs the probes of one assignment."""

    def __init__(
        self, assignment: Assignment, cases: CollectedCases, baseline: Baseline, accepted: Mapping[tuple[str, str], str]
    ) -> None:
        self._assignment = assignment
        self._cases = cases
        self._baseline = baseline
        self._accepted = accepted
        self._solution = solution.modules(assignment)
        self._wanted: dict[str, CaseLog] = {}

    def run(self, task: str, probe: str) -> ProbeResult:
        """Run the cases of a task on a probe, and list those that give it a point.

        Hidden cases run as if all visible ones had passed: a table of the visible inputs would pass them.
        """
        due = [case for case in self._cases.plan if case.task == task and self._meets(case, probe)]
        set_seed(self._cases, SEED)
        holes: list[Hole] = []
        with closing(self._cases.connect(self._modules(task, probe))) as connection:
            for visible in (True, False):
                for case, outcome, log in self._cases.run_on(connection, [c for c in due if c.visible is visible]):
                    (graded,) = rubric.graded([case], [outcome])
                    gives = graded.earned > 0 or graded.verdict is Verdict.PASSED  # a challenge has no points to give
                    if gives and other_answers(log, self._solution_log(case)):
                        reason = self._accepted.get((case.id, probe), "")
                        holes.append(Hole(case.id, probe, graded.earned, case.points, reason))
        return ProbeResult(task, probe, tuple(case.id for case in due), tuple(holes))

    def _meets(self, case: Case, probe: str) -> bool:
        return probe in ON_SLOW_CASES or not self._baseline.is_slow(case)

    def _solution_log(self, case: Case) -> CaseLog:
        if case.id not in self._wanted:
            for _, _, log in self._cases.run(self._solution, [case], ignore_needs=True):
                self._wanted[case.id] = log
        return self._wanted[case.id]

    # --- the source of a probe

    def _modules(self, task: str, probe: str) -> dict[str, bytes]:
        """Return the solution, in which ``probe`` replaces the functions of ``task``."""
        known = sorted({*self._known(task)} - {""}) if probe == "visible" else []
        modules = {**self._solution, MODULE: Path(probing.__file__).read_bytes()}
        for module, functions in self._functions(task).items():
            install = f"{MODULE}.install(globals(), {functions!r}, {probe!r}, {known!r})"
            modules[module] += f"\n\nimport {MODULE}\n\n{install}\n".encode()
        return modules

    def _functions(self, task: str) -> dict[str, list[str]]:
        """Return the functions and methods that a student writes for a task, by module."""
        found: dict[str, list[str]] = {}
        for module, source in self._solution.items():
            tree = ast.parse(source)
            path = f"{self._assignment.solution_name}/{module}.py"
            for answer in stubs.answers(source.decode(), self._assignment, path=path):
                name = owner_of(tree, answer)[0]
                if answer.task == task and not name.endswith("__init__"):
                    found.setdefault(module, []).append(name)
        return found

    def _known(self, task: str) -> Iterator[str]:
        """Yield the keys of the calls of the visible cases of a task that do not train."""
        cases = [c for c in self._cases.plan if c.visible and c.task == task and not self._baseline.is_slow(c)]
        for _, _, log in self._cases.run(self._solution, cases, ignore_needs=True):
            yield from (probing.key(call.function, call.args, call.kwargs) for call in log.calls)
