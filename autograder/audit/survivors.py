"""Mutants that no case catches: is one equivalent to the solution, or is it a wrong answer that would pass?

Other inputs than those of the cases, and other seeds of the cases, are tried until one shows a difference.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from ..course import solution
from ..course.assignment import Assignment
from ..grading.collected_cases import CollectedCases
from ..grading.collection import of_task
from ..model import Case, Verdict
from ..student.connection import Connection
from ..student.log import CaseLog
from .answers import Answer, Difference, call_each, difference, first_difference, is_accepted
from .baseline import Baseline
from .equivalents import ACCEPTED, Confirmed
from .inputs import Arguments, InputGenerator
from .mutation import Mutant
from .results import Fate
from .seeds import FEW_SEEDS, SEED, in_one_worker, set_seed

INPUTS = 300  # that the solution accepts, for each function; some 50 are whole numbers, which hit thresholds and ties
WITNESSES = 20  # the report shows the smallest of so many: it is to be read, and pasted into a case
OTHER_SEEDS = range(SEED + 1, SEED + 26)  # 25 show a difference that one draw in ten shows with a probability of 93 %


class Survivors:
    """Examines the mutants of one assignment that no case catches."""

    def __init__(self, assignment: Assignment, cases: CollectedCases, baseline: Baseline) -> None:
        self._cases = cases
        self._baseline = baseline
        self._solution = solution.modules(assignment)
        self._inputs: dict[tuple[str, bool], list[tuple[Arguments, Answer]]] = {}
        self._logs: dict[tuple[int, str], CaseLog] = {}

    def examine(self, mutant: Mutant, confirmed: Confirmed | None) -> tuple[Fate, str, str]:
        """Return the fate of a mutant, the input or seed that shows a difference, and the reason of its author."""
        if confirmed and confirmed.verdict == ACCEPTED:
            return Fate.ACCEPTED, "", confirmed.reason
        small = ""
        with closing(self._differences(mutant, widen_ones=confirmed is None)) as differences:
            for found in differences:
                if found.matters:
                    return Fate.SURVIVED, found.text, ""
                small = small or found.text
        if confirmed:
            return Fate.EQUIVALENT, "", confirmed.reason
        return (Fate.ACCEPTED, small, "") if small else (Fate.UNCONFIRMED, "", "")

    def _differences(self, mutant: Mutant, *, widen_ones: bool) -> Generator[Difference, None, None]:
        """Yield differences. An author who has confirmed a mutant knows which axes have always length 1."""
        yield from self._on_other_inputs(mutant, widen_ones=False)
        yield from self._on_other_seeds(mutant)
        if widen_ones:
            yield from self._on_other_inputs(mutant, widen_ones=True)

    # --- other inputs

    def _on_other_inputs(self, mutant: Mutant, *, widen_ones: bool) -> Iterator[Difference]:
        """Compare the mutated function with the solution, or else all functions that the cases of the task call."""
        called = sorted(self._baseline.functions.get(mutant.task, ()))
        for function in [mutant.function] if mutant.function in self._baseline.calls else called:
            found = self._on_function(mutant, function, widen_ones=widen_ones)
            yield from (replace(each, text=f"{given}: {each.text}") for given, each in found)

    def _on_function(self, mutant: Mutant, function: str, *, widen_ones: bool) -> list[tuple[Arguments, Difference]]:
        """Return one input with a difference: the smallest of the first ones that matter, or else any."""
        accepted = self._accepted_inputs(function, widen_ones)
        opaque = self._baseline.opaque.get(function, ())
        serious: list[tuple[Arguments, Difference]] = []
        small: list[tuple[Arguments, Difference]] = []
        with closing(self._connect(mutant.modules)) as connection:
            results = call_each(connection, (inputs for inputs, _ in accepted))
            for (_, want), (given, got) in zip(accepted, results, strict=True):
                if found := difference(got, want, opaque):
                    (serious if found.matters else small).append((given, found))
                if len(serious) == WITNESSES:
                    break
        return sorted(serious, key=lambda pair: pair[0].size)[:1] or small[:1]

    def _accepted_inputs(self, function: str, widen_ones: bool) -> list[tuple[Arguments, Answer]]:
        """Draw inputs that the solution accepts, with its answers; once for each function."""
        if (function, widen_ones) not in self._inputs:
            generator = InputGenerator(self._baseline.calls.get(function, []), widen_ones=widen_ones)
            rng = np.random.default_rng(SEED)
            drawn = (generator.draw(rng) for _ in range(3 * INPUTS if generator else 0))
            with closing(self._connect(self._solution)) as connection:
                accepted = (pair for pair in call_each(connection, drawn) if is_accepted(pair[1]))
                self._inputs[function, widen_ones] = list(itertools.islice(accepted, INPUTS))
        return self._inputs[function, widen_ones]

    def _connect(self, modules: dict[str, bytes]) -> Connection:
        set_seed(self._cases, SEED)
        return self._cases.connect(modules)

    # --- other seeds

    def _on_other_seeds(self, mutant: Mutant) -> Iterator[Difference]:
        """Run the cases of the task that are not slow, and compare every call with that of the solution."""
        cases = [each for each in of_task(self._cases.plan, mutant.task) if not self._baseline.is_slow(each)]
        quick = [case for case in cases if self._baseline.is_quick(case)]
        with closing(in_one_worker(self._cases, mutant.modules, OTHER_SEEDS)) as rows:
            for seed, connection in rows:
                due = cases if seed in OTHER_SEEDS[:FEW_SEEDS] else quick
                wanted = self._solution_logs(seed, due)
                limits = self._baseline.call_s
                for case, outcome, log in self._cases.run_on(connection, due, ignore_needs=True, call_s=limits):
                    if outcome.verdict is not Verdict.PASSED:
                        text = f"{case.id} catches it with seed {seed}, and not with seed {SEED}"
                        yield Difference(text, matters=True)
                    elif text := first_difference(log, wanted[case.id], self._baseline.opaque):
                        yield Difference(f"{case.id}, seed {seed}: {text}", matters=False)

    def _solution_logs(self, seed: int, cases: Sequence[Case]) -> dict[str, CaseLog]:
        """Return what the solution did in these cases, which are run once for each seed."""
        missing = [case for case in cases if (seed, case.id) not in self._logs]
        if missing:
            for case, _, log in self._cases.run(self._solution, missing, ignore_needs=True):
                self._logs[seed, case.id] = log
        return {case.id: self._logs[seed, case.id] for case in cases}
