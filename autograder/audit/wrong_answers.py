"""Wrong answers: the stub, the known mistakes and the mutants. Cases must catch each of them."""

from __future__ import annotations

import itertools
from contextlib import closing

from ..course.assignment import Assignment
from ..course.solution import Mistake
from ..grading.collected_cases import CollectedCases
from ..grading.collection import of_task
from ..grading.telling import tells_enough
from ..model import Verdict
from .baseline import Baseline
from .equivalents import Confirmed
from .mutation import Mutant
from .results import Fate, MistakeResult, MutantResult, StubResult
from .seeds import SEED, set_seed
from .survivors import Survivors


def run_stub(assignment: Assignment, cases: CollectedCases) -> StubResult:
    """Run every case on the stub, whatever it needs."""
    missing = [name for name in assignment.modules if not assignment.stub(name).is_file()]
    if missing and assignment.adopted:
        return StubResult(())  # students have none; the sentence comes from ``stubs.why_stale``
    modules = {name: assignment.stub(name).read_bytes() for name in assignment.modules}
    set_seed(cases, SEED)
    outcomes = cases.run(modules, cases.plan, ignore_needs=True)
    return StubResult(tuple(case.id for case, outcome, _ in outcomes if outcome.verdict is Verdict.PASSED))


def run_mistake(cases: CollectedCases, baseline: Baseline, mistake: Mistake) -> MistakeResult:
    """Run a known mistake on the cases that it names, the quick cases of their tasks, and what all of these need."""
    named = {case.id for case in cases.plan if case.id in mistake.caught_by}
    tasks = {case.task for case in cases.plan if case.id in named}
    wanted = named | {case.id for case in cases.plan if case.task in tasks and baseline.is_quick(case)}
    wanted |= {name for case in cases.plan if case.id in wanted for name in case.needs}
    kills: list[str] = []
    unhinted: list[str] = []
    hinted = False
    set_seed(cases, SEED)
    for case, outcome, log in cases.run(mistake.modules, [case for case in cases.plan if case.id in wanted]):
        if outcome.verdict in (Verdict.PASSED, Verdict.SKIPPED):
            continue
        kills.append(case.id)
        if case.id in named:
            hint = cases.hint(case, outcome, log)
            if mistake.hint in hint:
                hinted = True
            elif hint or tells_enough(outcome, log.calls):
                unhinted.append(case.id)
    if not hinted:
        unhinted = [name for name in mistake.caught_by if name in kills]
    missed = [name for name in mistake.caught_by if name not in kills]
    return MistakeResult(mistake.id, tuple(kills), tuple(missed), tuple(unhinted))


def run_mutant(
    cases: CollectedCases, baseline: Baseline, survivors: Survivors, mutant: Mutant, confirmed: Confirmed | None
) -> MutantResult:
    """Run a mutant on the quick cases of its task, and then on the others until one catches it.

    A mutant that its author has confirmed does not meet the slow cases. What no case catches is left to ``survivors``.
    """
    due = sorted(of_task(cases.plan, mutant.task), key=baseline.order)
    if confirmed:
        due = [case for case in due if not baseline.is_slow(case)]
    ran: list[str] = []
    kills: list[str] = []
    wanted = itertools.takewhile(lambda case: not kills or baseline.is_quick(case), due)
    set_seed(cases, SEED)
    with closing(cases.connect(mutant.modules)) as connection:
        answers = cases.run_on(connection, wanted, ignore_needs=True, call_s=baseline.call_s, cache=baseline.cache)
        for case, outcome, _ in answers:
            ran.append(case.id)
            if outcome.verdict is not Verdict.PASSED:
                kills.append(case.id)
            if outcome.verdict is Verdict.TIMED_OUT:
                break  # the other cases would take as long
    if kills:
        return MutantResult(mutant, Fate.KILLED, tuple(ran), tuple(kills))
    fate, witness, reason = survivors.examine(mutant, confirmed)
    return MutantResult(mutant, fate, tuple(ran), (), witness, reason)
