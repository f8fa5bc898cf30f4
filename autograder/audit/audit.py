"""Whether the cases of an assignment judge right: every right answer passes, every wrong one is caught.

Right answers are the solution and its alternatives, over many seeds. Wrong ones are the stub, the known mistakes, and
mutants: the solution with one edit each. What no case catches is compared with the solution on wider inputs.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from ..checks.training import clopper_pearson
from ..course import assignment as assignments
from ..course import solution, stubs
from ..course.assignment import Assignment
from ..errors import AutograderError, SandboxError
from ..grading.session import CollectedCases, RunOptions, collect_cases
from ..model import Case
from ..workers.supervisor import Supervisor
from .equivalents import FILE, Confirmed, confirmed
from .mutation import Mutant, mutants
from .runner import SEED, Alarm, Fate, Findings, Job, MistakeTried, Trials, Tried, jobs

KILLED_AT_LEAST = 0.95  # of the mutants that are neither equivalent nor left open
HINTED_AT_LEAST = 0.90  # of the known mistakes

Advance = Callable[[int, int], None]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Options:
    """How much to do: ``seeds`` for every right answer, ``mutants`` at most (None: all), in so many ``processes``."""

    seeds: int = 50
    mutants: int | None = None
    processes: int = 2


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit of one assignment found.

    ``seconds`` is wall time, ``cpu_s`` CPU time of all processes. ``left_out`` counts mutants that were not run.
    ``stale`` are confirmed entries that stand for no survivor any more.
    """

    slug: str
    title: str
    plan: tuple[Case, ...]
    points: float
    costs: dict[str, float]
    runs: dict[str, int]
    seeds: int
    alternatives: int
    alarms: tuple[Alarm, ...]
    stub_faults: tuple[str, ...]
    mistakes: tuple[MistakeTried, ...]
    mutants: tuple[Tried, ...]
    left_out: int
    stale: tuple[Confirmed, ...]
    seconds: float
    cpu_s: float

    def fates(self) -> Counter[Fate]:
        """Count the mutants by their fate."""
        return Counter(tried.fate for tried in self.mutants)

    @property
    def killed(self) -> float:
        """The share of mutants killed, of those that are neither equivalent nor left open; 1 when there are none."""
        fates = self.fates()
        counted = len(self.mutants) - fates[Fate.EQUIVALENT] - fates[Fate.POLICY]
        return fates[Fate.KILLED] / counted if counted else 1.0

    @property
    def graded(self) -> int:
        """How many cases were graded on right answers."""
        return sum(self.runs.values())

    @property
    def bound(self) -> float:
        """The share of false alarms that 95 % confidence leaves, by Clopper and Pearson; 1 when nothing was graded."""
        return clopper_pearson(len(self.alarms), self.graded, confidence=0.90)[1] if self.graded else 1.0

    @property
    def hinted(self) -> float:
        """The share of known mistakes whose hint comes out in every case that they name; 1 when there are none."""
        good = [each for each in self.mistakes if not each.missed and not each.unhinted]
        return len(good) / len(self.mistakes) if self.mistakes else 1.0

    def kills(self, case: str) -> list[str]:
        """Name the mutants (file, line and edit) that a case catches."""
        return [f"{each.mutant.where} {each.mutant.edit}" for each in self.mutants if case in each.kills]

    def asked(self, case: str) -> int:
        """How many mutants a case ran on: one that takes long meets those only that no other caught."""
        return sum(case in each.asked for each in self.mutants)

    def idle(self) -> list[str]:
        """Name the cases that catch neither a mutant nor a known mistake."""
        busy = {name for each in self.mutants for name in each.kills}
        busy |= {name for each in self.mistakes for name in each.kills}
        return [case.id for case in self.plan if case.id not in busy]

    def failures(self) -> list[str]:
        """Say which gates do not hold, each in one sentence; none when the audit is passed."""
        found = list(self.stub_faults)
        found += [f"False alarm: {a.answer}, seed {a.seed}, case {a.case}: {a.what}" for a in self.alarms]
        found += [f"The mistake {m.id} is not caught by {', '.join(m.missed)}." for m in self.mistakes if m.missed]
        if self.hinted < HINTED_AT_LEAST:
            bad = ", ".join(m.id for m in self.mistakes if m.unhinted)
            found.append(f"Hints name {percent(self.hinted)} of the known mistakes, too few: {bad}.")
        for tried in self.mutants:
            if tried.fate is Fate.HOLE:
                found.append(f"Hole: {tried.mutant.where}  {tried.mutant.edit}  shown by {tried.witness}")
        if self.killed < KILLED_AT_LEAST:
            unknown = self.fates()[Fate.UNCONFIRMED]
            remedy = f"; {unknown} may be equivalent: confirm them in {FILE}, or write cases" if unknown else ""
            found.append(f"{percent(self.killed)} of the mutants are killed, too few{remedy}.")
        return found


def percent(share: float) -> str:
    """Write a share with three digits: 96.5 %, 0.0341 %."""
    return f"{100 * share:.3g} %"


def audit(
    assignment: Assignment,
    options: Options,
    *,
    advance: Advance = lambda done, of: None,
    supervisor: Supervisor | None = None,
) -> Audit:
    """Audit one assignment. ``advance(done, of)`` is told of the progress.

    With a ``supervisor`` all is done in this process. Raises AssignmentError when there is no solution or it is not
    marked, CaseError when the solution does not pass, SandboxIncomplete when a layer is missing, SandboxError when a
    process of the audit ended.
    """
    started = time.monotonic()
    made = mutants(assignment)
    chosen = _sample(made, options.mutants)
    todo = jobs(assignment, chosen, seeds=options.seeds)
    known = confirmed(assignment)
    if supervisor is not None:
        claims = itertools.count()

        def claim() -> int:
            advance(number := next(claims), len(todo))
            return number

        parts = [_work(assignment, chosen, known, todo, options, claim, supervisor)]
    else:
        parts = _shared(assignment, chosen, known, todo, options, advance)
    advance(len(todo), len(todo))
    return _merged(assignment, parts, made, known, options, time.monotonic() - started)


def _sample(made: list[Mutant], most: int | None) -> list[Mutant]:
    """Take ``most`` of the mutants, always the same ones, in their order."""
    if most is None or len(made) <= most:
        return made
    kept = sorted(random.Random(SEED).sample(range(len(made)), most))
    return [made[i] for i in kept]


# --- the work, in one process or several


def _work(
    assignment: Assignment,
    made: Sequence[Mutant],
    known: dict[str, Confirmed],
    todo: Sequence[Job],
    options: Options,
    claim: Callable[[], int],
    supervisor: Supervisor,
) -> Findings:
    """Do one job after the other, as long as there is one that nobody has claimed."""
    before = time.process_time() + supervisor.worker_cpu_s()
    found = Findings()

    def work(bench: CollectedCases) -> None:
        nonlocal found
        trials = Trials(assignment, bench, made, known, seeds=options.seeds)
        while (number := claim()) < len(todo):
            trials.do(todo[number])
        found = trials.found

    collect_cases(assignment, work, run=RunOptions(official=True, seed=SEED, device="cpu"), supervisor=supervisor)
    found.cpu_s = time.process_time() + supervisor.worker_cpu_s() - before
    return found


def _shared(
    assignment: Assignment,
    made: Sequence[Mutant],
    known: dict[str, Confirmed],
    todo: Sequence[Job],
    options: Options,
    advance: Advance,
) -> list[Findings]:
    """Let several processes claim jobs from one counter, each with zygotes of its own."""
    context = multiprocessing.get_context("spawn")  # a progress bar has a thread, and threads do not survive a fork
    counter = context.Value("l", 0)
    root = assignment.folder.parent.parent
    ends: dict[Connection, Any] = {}
    with _one_thread_each():
        for _ in range(options.processes):
            ours, theirs = context.Pipe(duplex=False)
            arguments = (root, assignment.slug, made, known, todo, options, counter, theirs)
            ends[ours] = context.Process(target=_process, args=arguments, daemon=True)
            ends[ours].start()
            theirs.close()
    try:
        return list(_results(ends, lambda: advance(min(counter.value, len(todo)), len(todo))))
    finally:
        with counter.get_lock():
            counter.value = len(todo)  # where one failed, the others have nothing left to do
        for process in ends.values():
            process.join()


def _results(ends: dict[Connection, Any], look: Callable[[], None]) -> Iterator[Findings]:
    waiting = list(ends)
    while waiting:
        look()
        for end in wait(waiting, timeout=0.2):
            assert isinstance(end, Connection)
            waiting.remove(end)
            try:
                result = end.recv()
            except EOFError:
                ends[end].join()
                raise SandboxError(f"A process of the audit ended with status {ends[end].exitcode}.") from None
            if isinstance(result, BaseException):
                raise result
            yield result


def _process(
    root: Path,
    slug: str,
    made: Sequence[Mutant],
    known: dict[str, Confirmed],
    todo: Sequence[Job],
    options: Options,
    counter: Any,
    end: Connection,
) -> None:
    """Run in a process of its own; send what was found, or the error that ended it."""

    def claim() -> int:
        with counter.get_lock():
            counter.value += 1
            return int(counter.value) - 1

    try:
        assignment = assignments.load(slug, root=root)
        with Supervisor() as supervisor:
            end.send(_work(assignment, made, known, todo, options, claim, supervisor))
    except AutograderError as exc:
        end.send(exc)
    except KeyboardInterrupt:  # the parent has had it as well, and says so
        end.close()


class _one_thread_each:
    """Have the processes started meanwhile compute in one thread: two of them share few cores."""

    def __enter__(self) -> None:
        self._before = os.environ.get("OMP_NUM_THREADS")
        os.environ["OMP_NUM_THREADS"] = "1"

    def __exit__(self, *exc: object) -> None:
        if self._before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = self._before


# --- results


def _merged(
    assignment: Assignment,
    parts: Sequence[Findings],
    made: Sequence[Mutant],
    known: dict[str, Confirmed],
    options: Options,
    seconds: float,
) -> Audit:
    plan = parts[0].plan
    runs: Counter[str] = Counter()
    for part in parts:
        runs.update(part.runs)
    order = {mutant.modules[mutant.module]: i for i, mutant in enumerate(made)}
    tried = sorted(
        _all(part.mutants for part in parts), key=lambda each: order[each.mutant.modules[each.mutant.module]]
    )
    passes = _all(part.stub_passes for part in parts)
    return Audit(
        slug=assignment.slug,
        title=assignment.title,
        plan=plan,
        points=assignment.points,
        costs={name: cost for part in parts for name, cost in part.seconds.items()},
        runs={case.id: runs[case.id] for case in plan},
        seeds=options.seeds,
        alternatives=len(solution.alternatives(assignment)),
        alarms=tuple(sorted(_all(part.alarms for part in parts), key=lambda alarm: (alarm.answer, alarm.seed))),
        stub_faults=tuple(_stub_faults(assignment, plan, passes)),
        mistakes=tuple(sorted(_all(part.mistakes for part in parts), key=lambda each: each.id)),
        mutants=tuple(tried),
        left_out=len(made) - len(tried),
        stale=tuple(_stale(known, tried, made)),
        seconds=seconds,
        cpu_s=sum(part.cpu_s for part in parts),
    )


def _all(lists: Iterable[Sequence[_T]]) -> list[_T]:
    return list(itertools.chain.from_iterable(lists))


def _stub_faults(assignment: Assignment, plan: Sequence[Case], passes: Sequence[str]) -> Iterator[str]:
    for path in stubs.stale(assignment):
        yield f"{path.name} is not what the solution gives; run make stubs."
    for name in passes:
        yield f"The case {name} passes on the stub."
    for task in assignment.tasks:
        points = sum(case.points for case in plan if case.task == task.id)
        if not any(case.task == task.id for case in plan):
            yield f"The task {task.id} has no case."
        elif abs(points - task.points) > 1e-6:
            yield f"The cases of {task.id} are worth {points:g} points, the task {task.points:g}."


def _stale(known: dict[str, Confirmed], tried: Sequence[Tried], made: Sequence[Mutant]) -> Iterator[Confirmed]:
    """Entries whose mutant is there no more, or is killed by now."""
    alive = {each.mutant.digest for each in tried if each.fate is not Fate.KILLED}
    not_run = {mutant.digest for mutant in made} - {each.mutant.digest for each in tried}
    return (entry for digest, entry in known.items() if digest not in alive | not_run)
