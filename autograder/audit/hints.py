"""Seal the hints of the known mistakes that fail a visible case into ``hints.json``, next to the stub.

Every known mistake runs on the visible cases, in the order and with the seed of a student's practice run. It runs
again as an older processor would compute it: a training that amplifies the last digits ends differently there, and
nobody would open its hint.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..course import solution, translation
from ..course.assignment import Assignment
from ..course.solution import Mistake
from ..course.uses import reached
from ..grading.collected_cases import CollectedCases, collect_cases
from ..grading.mistakes import KnownMistakes, alike, may_have_hint
from ..grading.options import RunOptions
from ..grading.sealed_hints import FILE, LOWEST, Behaviour, sealed
from ..grading.telling import tells_enough
from ..messages import languages
from ..model import Case, Outcome
from ..student.log import CaseLog
from ..workers.supervisor import Supervisor
from ..workers.zygote_handle import Zygote

Run = tuple[Outcome, CaseLog]

# Other instructions, and so another order of additions, in PyTorch, MKL, oneDNN, OpenBLAS and NumPy (from 2.4; before).
OLDER_PROCESSOR = {
    "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 AVX2 FMA3",
}  # fmt: skip
REPEATABLE = 2e-5  # of the largest number: float32 differs by 1e-5 at most, and a record rounds to 1e-4
CERTAIN = REPEATABLE / 10
NOISE = 10.0**LOWEST


@dataclass(frozen=True, slots=True)
class Made:
    """A known mistake in a visible case that it fails: what the case saw, and the hint in every language."""

    case: Case
    mistake: Mistake
    run: Run
    texts: Mapping[str, str]

    @property
    def behaviour(self) -> Behaviour:
        """What the case saw."""
        return Behaviour(*self.run)


class Rehearsal:
    """The visible cases of an assignment, run on its solution and on all of its known mistakes."""

    def __init__(self, assignment: Assignment, cases: CollectedCases) -> None:
        self.plan = cases.plan
        self._assignment = assignment
        self._mistakes = solution.mistakes(assignment)
        self._texts = {code: translation.texts(assignment, code) for code in languages()}
        right = _runs(cases, solution.modules(assignment), cases.plan)
        self.right = {name: Behaviour(outcome, log) for name, (_, outcome, log) in right.items()}
        self._right_calls = {name: log.calls for name, (_, _, log) in right.items()}
        # A case with a limit of its own trains for long: its numbers differ from machine to machine.
        self._cases = [case for case in cases.plan if not cases.has_own_limit(case)]
        self._runs = {mistake.id: self._failed(cases, mistake) for mistake in self._mistakes}
        self._distances: dict[str, dict[str, float]] = {}

    def compare(self, elsewhere: CollectedCases) -> None:
        """Run the mistakes that failed a case again on ``elsewhere``, and keep how far the two runs are apart."""
        for mistake in self._mistakes:
            runs = self._runs[mistake.id]
            again = self._failed(elsewhere, mistake) if runs else {}
            self._distances[mistake.id] = {
                name: _distance(run, again[name]) for name, run in runs.items() if name in again
            }

    def _repeatable(self, mistake: Mistake, case: Case, limit: float) -> Run | None:
        """Return the run of a mistake in a case that it fails, if it ends alike elsewhere."""
        if self._distances[mistake.id].get(case.id, math.inf) > limit:
            return None
        return self._runs[mistake.id].get(case.id)

    def made(self, limit: float = REPEATABLE) -> list[Made]:
        """Return the mistakes of each case that it can tell apart, in the order in which a search would name them.

        Runs that are further apart on another processor than ``limit`` do not count.
        """
        known = KnownMistakes(self._mistakes, self.plan, _never)
        found: list[Made] = []
        for case in self.plan:
            of_case: list[Made] = []
            for mistake in known.candidates(case):
                run = None if self._is_of_a_cause(known, case, mistake) else self._repeatable(mistake, case, limit)
                if run is None or not (self._tells_enough(case, run) or known.is_aimed_at(case, mistake)):
                    continue
                if self._is_alone(known, case, mistake) and not any(alike(run, other.run) for other in of_case):
                    of_case.append(Made(case, mistake, run, self._in_all_languages(mistake.hint)))
            found += of_case
        return found

    def _is_of_a_cause(self, known: KnownMistakes, case: Case, mistake: Mistake) -> bool:
        """Return whether a mistake is one of a task that the task of ``case`` uses: the report names that task."""
        return known.task_of(mistake, case) in reached(case.task, self._assignment.uses)

    def _tells_enough(self, case: Case, run: Run) -> bool:
        outcome, log = run
        return tells_enough(outcome, log.all_calls, self._right_calls.get(case.id, ()))

    def _is_alone(self, known: KnownMistakes, case: Case, mistake: Mistake) -> bool:
        """Return whether no mistake with another hint looks the same, but one that the case was not made for.

        In a case that tells little, it must look otherwise, too.
        """
        run = self._runs[mistake.id][case.id]
        is_aimed = known.is_aimed_at(case, mistake) and self._tells_enough(case, run)
        for other in known.candidates(case):
            theirs = self._runs[other.id].get(case.id)
            if theirs is None or other.hint == mistake.hint or self._is_of_a_cause(known, case, other):
                continue
            if not (is_aimed and not known.is_aimed_at(case, other)) and alike(run, theirs):
                return False
        return True

    def records(self) -> dict[str, list[list[object]]]:
        """Return what ``hints.json`` holds: the sealed records of each case, in an order that tells nothing."""
        found: dict[str, list[list[object]]] = {}
        for each in self.made():
            if (record := self.record(each)) is not None:
                found.setdefault(each.case.id, []).append(record)
        return {name: sorted(records, key=lambda record: str(record[1])) for name, records in found.items()}

    def record(self, made: Made) -> list[object] | None:
        """Return the record of a mistake in a case; None if it cannot be told from a mistake with another hint."""
        certain = self._distances[made.mistake.id][made.case.id] <= CERTAIN
        right, others = self.right.get(made.case.id), self._others(made)
        return sealed(made.behaviour, made.texts, right=right, others=others, certain=certain)

    def _others(self, made: Made) -> list[Behaviour]:
        """Return what the case saw of the mistakes that have another hint and behave otherwise: they cannot read it."""
        runs = (self._runs[other.id].get(made.case.id) for other in self._mistakes if other.hint != made.mistake.hint)
        return [Behaviour(*run) for run in runs if run is not None and not alike(made.run, run)]

    def _failed(self, cases: CollectedCases, mistake: Mistake) -> dict[str, Run]:
        """Return the runs of the cases that a mistake fails."""
        runs = _runs(cases, mistake.modules, self._cases).items()
        return {name: (outcome, log) for name, (_, outcome, log) in runs if may_have_hint(outcome, log)}

    def _in_all_languages(self, hint: str) -> dict[str, str]:
        return {code: texts.get(hint, hint) for code, texts in self._texts.items()}


def _runs(
    cases: CollectedCases, modules: dict[str, bytes], plan: Sequence[Case]
) -> dict[str, tuple[Case, Outcome, CaseLog]]:
    with closing(cases.run(modules, plan)) as runs:
        return {case.id: (case, outcome, log) for case, outcome, log in runs}


def _distance(ours: Run, theirs: Run) -> float:
    """Return how far the numbers of two runs of a case are apart, relative to the largest; inf if the rest differs."""
    a, b = Behaviour(*ours), Behaviour(*theirs)
    if a.exact != b.exact or len(a.numbers) != len(b.numbers):
        return math.inf
    return max((_apart(a.numbers[g.start : g.stop], b.numbers[g.start : g.stop]) for g in a.groups), default=0.0)


def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the largest difference of two groups of numbers relative to the largest number; 0 if it is mere noise."""
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return math.inf
    difference = float(np.abs(a[finite] - b[finite]).max(initial=0.0))
    return difference / max(_largest(a), NOISE) if difference > NOISE else 0.0


def _largest(numbers: NDArray[np.float64]) -> float:
    finite = numbers[np.isfinite(numbers)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _never(case: Case, mistake: Mistake) -> Run:
    raise AssertionError("Naming the candidates runs no case.")


def rehearse(assignment: Assignment, supervisor: Supervisor) -> Rehearsal:
    """Run all known mistakes of an assignment on its visible cases.

    Raises:
        AutograderError: as in ``session.grade``.
    """
    found: list[Rehearsal] = []
    practice = RunOptions(seed=0, device="cpu")
    collect_cases(
        assignment, lambda cases: found.append(Rehearsal(assignment, cases)), run=practice, supervisor=supervisor
    )
    with Supervisor(start=functools.partial(Zygote, environment=OLDER_PROCESSOR)) as older:
        collect_cases(assignment, found[0].compare, run=practice, supervisor=older)
    return found[0]


def text_of(records: Mapping[str, Sequence[Sequence[object]]]) -> str:
    """Return ``hints.json``: a record a line."""
    cases = []
    for name, each in records.items():
        lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in each)
        cases.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(cases) + "\n}\n"


def write(assignment: Assignment, supervisor: Supervisor) -> Path:
    """Seal the hints of an assignment; return the path of the file."""
    path = assignment.folder / FILE
    path.write_text(text_of(rehearse(assignment, supervisor).records()), encoding="utf-8")
    return path
