"""Tests of the cases of an assignment: every right answer must pass, every wrong one must be caught.

Right answers are the solution and its alternatives, with many seeds. Wrong ones are the stub, the known mistakes, and
mutants: the solution with one edit each. A mutant that no case catches is compared with the solution on other inputs.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..course import solution, stubs, uses
from ..course.assignment import Assignment
from ..grading.collected_cases import CollectedCases, collect_cases
from ..grading.options import RunOptions
from ..grading.pool import share
from ..model import Case
from ..workers.supervisor import Supervisor
from .mutation import Mutant, mutants
from .results import Audit, CaseResult, Fate, MistakeResult, MutantResult, ProbeResult, RightAnswersResult, StubResult
from .runner import AuditRunner, Plan, Result, make_plan
from .seeds import SEED


@dataclass(frozen=True, slots=True)
class Options:
    """How much to do: ``seeds`` for every right answer, at most ``mutants`` (None: all), in so many ``processes``.

    Without ``probes``, answers of the right shape without knowledge are not tried.
    """

    seeds: int = 50
    mutants: int | None = None
    probes: bool = True
    processes: int = 2


@dataclass(slots=True)
class _Share:
    """The work of one process: results by the numbers of the jobs, and the CPU seconds of each case on the solution."""

    cases: tuple[Case, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    results: dict[int, Result] = field(default_factory=dict)
    cpu_s: float = 0.0


def audit(
    assignment: Assignment,
    options: Options,
    *,
    advance: Callable[[int, int], None] = lambda done, of: None,
    supervisor: Supervisor | None = None,
) -> Audit:
    """Audit one assignment. ``advance(done, of)`` reports the progress.

    With a ``supervisor`` everything is done in this process.

    Raises:
        AssignmentError: there is no solution, or its markers are wrong.
        CaseError: the solution does not pass.
        SandboxIncomplete: this machine lacks a layer.
        SandboxError: a process of the audit died.
    """
    started = time.monotonic()
    every = mutants(assignment)
    plan = make_plan(assignment, _sample(every, options.mutants), seeds=options.seeds, probes=options.probes)
    count = len(plan.jobs)
    if supervisor is not None:
        shares = [_work(_numbered(count, advance), assignment, plan, supervisor)]
    else:
        shares = share(_process, assignment, plan, count=count, processes=options.processes, advance=advance)
    advance(count, count)
    return _merged(assignment, plan, every, shares, time.monotonic() - started)


def _sample(every: Sequence[Mutant], most: int | None) -> Sequence[Mutant]:
    """Take ``most`` of the mutants, always the same ones, in their order."""
    if most is None or len(every) <= most:
        return every
    return [every[i] for i in sorted(random.Random(SEED).sample(range(len(every)), most))]


def _numbered(count: int, advance: Callable[[int, int], None]) -> Iterator[int]:
    for number in range(count):
        advance(number, count)
        yield number


def _process(numbers: Iterable[int], assignment: Assignment, plan: Plan) -> _Share:
    """Work in a process of the pool, with its own zygotes."""
    with Supervisor() as supervisor:
        return _work(numbers, assignment, plan, supervisor)


def _work(numbers: Iterable[int], assignment: Assignment, plan: Plan, supervisor: Supervisor) -> _Share:
    """Do the jobs with these numbers."""
    before = time.process_time() + supervisor.worker_cpu_s()
    done = _Share()

    def work(cases: CollectedCases) -> None:
        runner = AuditRunner(assignment, cases, plan)
        done.cases, done.seconds = cases.plan, runner.baseline.seconds
        for number in numbers:
            done.results[number] = runner.do(plan.jobs[number])

    collect_cases(assignment, work, run=RunOptions(official=True, seed=SEED, device="cpu"), supervisor=supervisor)
    done.cpu_s = time.process_time() + supervisor.worker_cpu_s() - before
    return done


# --- results


def _merged(
    assignment: Assignment, plan: Plan, every: Sequence[Mutant], shares: Sequence[_Share], seconds: float
) -> Audit:
    """Put the results of all processes together, in the order of the jobs."""
    numbered = {number: result for part in shares for number, result in part.results.items()}
    results = [numbered[number] for number in range(len(plan.jobs))]
    right = [result for result in results if isinstance(result, RightAnswersResult)]
    on_mutants = tuple(result for result in results if isinstance(result, MutantResult))
    on_probes = tuple(result for result in results if isinstance(result, ProbeResult))
    passes = [name for result in results if isinstance(result, StubResult) for name in result.passes]
    graded = sum((result.graded for result in right), Counter[str]())
    alarms = [alarm for result in right for alarm in result.alarms]
    cases = shares[0].cases
    costs = {case.id: min(part.seconds.get(case.id, math.inf) for part in shares) for case in cases}
    return Audit(
        assignment=assignment,
        seeds=plan.seeds,
        alternatives=len(solution.alternatives(assignment)),
        cases=tuple(CaseResult(case, costs[case.id], graded[case.id]) for case in cases),
        stub_faults=tuple(_stub_faults(assignment, cases, passes)),
        alarms=tuple(sorted(alarms, key=lambda alarm: (alarm.answer, alarm.seed))),
        mistakes=tuple(result for result in results if isinstance(result, MistakeResult)),
        mutants=on_mutants,
        probes=on_probes,
        left_out=len(every) - len(on_mutants),
        stale=(*_stale(plan, every, on_mutants), *_closed(plan, on_probes)),
        seconds=seconds,
        cpu_s=sum(part.cpu_s for part in shares),
    )


def _stub_faults(assignment: Assignment, cases: Sequence[Case], passes: Sequence[str]) -> Iterator[str]:
    yield from stubs.why_stale(assignment)
    for name in passes:
        yield f"The case {name} passes on the stub."
    for task in assignment.tasks:
        points = [case.points for case in cases if case.task == task.id]
        if not points:
            yield f"The task {task.id} has no case."
        elif abs(sum(points) - task.points) > 1e-6:
            yield f"The cases of {task.id} are worth {sum(points):g} points, the task {task.points:g}."
    yield from _wrong_uses(assignment)


def _wrong_uses(assignment: Assignment) -> Iterator[str]:
    """Compare ``uses`` in assignment.toml with the calls that the solution makes between its functions."""
    used = uses.of_solution(assignment)
    for task in assignment.tasks:
        wanted = used.get(task.id, ())
        if set(assignment.uses.get(task.id, ())) != set(wanted):
            names = ", ".join(f'"{name}"' for name in wanted)
            yield f"In the solution {task.id} uses other tasks than assignment.toml says; write uses = [{names}]."


def _stale(plan: Plan, every: Sequence[Mutant], results: Sequence[MutantResult]) -> Iterator[str]:
    """Yield the confirmed digests whose mutant no longer exists, or is killed."""
    alive = {result.mutant.digest for result in results if result.fate is not Fate.KILLED}
    not_run = {mutant.digest for mutant in every} - {result.mutant.digest for result in results}
    return (digest for digest in plan.confirmed if digest not in alive | not_run)


def _closed(plan: Plan, results: Sequence[ProbeResult]) -> Iterator[str]:
    """Yield the accepted holes that are no holes any more."""
    holes = {(hole.case, hole.probe) for result in results for hole in result.holes}
    accepted = plan.accepted_holes if results else ()
    return (f"{case} ({probe})" for case, probe in accepted if (case, probe) not in holes)
