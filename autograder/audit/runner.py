"""What an audit does at the bench: answers over many seeds, known mistakes, mutants, and inputs that no case drew.

One :class:`Trials` serves one process. Its results are plain values, so that several processes can share the work.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from ..checks.compare import compare
from ..course import solution
from ..course.assignment import Assignment
from ..errors import CaseError
from ..grading.session import CollectedCases
from ..model import Case, Outcome, Verdict
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from ..student.handle import CaseLog, RecordedCall, RemoteFunction, StudentCode, StudentObject
from ..student.replay import Scripts
from ..values import as_array, copied, is_tensor
from .equivalents import Confirmed
from .inputs import Arguments, Wider
from .mutation import Mutant

SEED = 1  # of everything that is not run over many seeds
COSTLY_S = 1.0  # a case that takes longer, or has its own limit, trains: it is run a few times only
QUICK_S = 0.04  # such a case runs with all seeds, and on all mutants of its task; every other
SEEDS_S = 1.0  # may take so many seconds over all seeds and answers, and runs with
FEWEST_SEEDS = 3  # at least
IN_A_ROW = 5  # seeds that one worker serves: to start one takes longer than many a case
WORN = 0.1  # of its CPU seconds, after which a worker is replaced before the next seed

INPUTS = 300  # wider inputs that the solution accepts, a function
TRIED = 3 * INPUTS  # inputs drawn to find so many
REPLAYS = 25  # further seeds on which a survivor meets the cases of its task, unless they are slow
REPLAY_S = 1.5
RECORDED = 60  # calls of one function that wider inputs are derived from

SLOWER = 10.0  # a mutant may take so many times what the solution took,
LEAST_S = 0.5  # but never less than this

# What a difference on a wider input means: rounding, too little for a case to mind, or a hole. By float64 and float32.
ROUNDING = ((1e-10, 1e-12), (1e-5, 1e-6))
MINDED = ((1e-5, 1e-8), (1e-3, 1e-5))


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    HOLE = "hole"  # another input shows that it is wrong, and no case did
    POLICY = "policy"  # it differs by less than a case minds, or an author says that cases leave it open
    EQUIVALENT = "equivalent"  # confirmed
    UNCONFIRMED = "equivalent?"  # no input told it from the solution


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant and its fate: which of the cases ``asked`` caught it, or the input or seed that shows the hole."""

    mutant: Mutant
    fate: Fate
    asked: tuple[str, ...] = ()
    kills: tuple[str, ...] = ()
    witness: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A right answer that lost a point: a false alarm."""

    answer: str
    seed: int
    case: str
    what: str


@dataclass(frozen=True, slots=True)
class MistakeTried:
    """A known mistake: the cases that caught it, those it names that did not, and those that gave another hint."""

    id: str
    kills: tuple[str, ...]
    missed: tuple[str, ...]
    unhinted: tuple[str, ...]


@dataclass(slots=True)
class Findings:
    """What one process found. ``runs`` counts, for each case, how often it was graded on a right answer."""

    plan: tuple[Case, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    stub_passes: list[str] = field(default_factory=list)
    mistakes: list[MistakeTried] = field(default_factory=list)
    mutants: list[Tried] = field(default_factory=list)
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: ``kind`` is stub, mistake, seeds, costly or mutant; ``number`` says which one."""

    kind: str
    number: int = 0


def jobs(assignment: Assignment, mutants: Sequence[Mutant], *, seeds: int) -> list[Job]:
    """List all work on an assignment, what takes long first."""
    answers = 1 + len(solution.alternatives(assignment))
    costly = [Job("costly", number) for number in range(answers)]
    mistakes = [Job("mistake", number) for number in range(len(solution.mistakes(assignment)))]
    edits = [Job("mutant", number) for number in range(len(mutants))]
    rows = [Job("seeds", first) for first in range(0, seeds, IN_A_ROW)]
    return [*costly, *rows, *mistakes, *edits, Job("stub")]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of one call."""

    call: RecordedCall | None = None
    raised: str = ""  # the exception's type, or the verdict
    meant: bool = False  # the solution's own ``raise``: part of what is asked


class Trials:
    """Does the work on one assignment. ``seeds`` is how many each right answer is graded with."""

    def __init__(
        self,
        assignment: Assignment,
        bench: CollectedCases,
        mutants: Sequence[Mutant],
        known: dict[str, Confirmed],
        *,
        seeds: int,
    ) -> None:
        self.found = Findings(plan=bench.plan)
        self._assignment = assignment
        self._bench = bench
        self._mutants = mutants
        self._known = known
        self._seeds = seeds
        # In which order the seeds are given to a slow case: its few should not all be in the same row.
        self._turns = random.Random(SEED).sample(range(seeds), seeds)
        self._solution = solution.modules(assignment)
        self._answers = [("solution", self._solution)]
        self._answers += [(each.id, each.modules) for each in solution.alternatives(assignment)]
        self._mistakes = solution.mistakes(assignment)
        self._call_s: dict[str, float] = {}
        self._calls: dict[str, list[RecordedCall]] = {}
        self._callers: dict[str, set[str]] = {}
        self._wider: dict[str, tuple[list[Arguments], list[_Answer]]] = {}
        self._logs: dict[tuple[int, str], CaseLog] = {}
        self._scripts: Scripts = {}  # of the proof, for the mutants
        self._prove()

    def do(self, job: Job) -> None:
        """Do one job; what it shows is in ``found``."""
        match job.kind:
            case "stub":
                self._stub()
            case "mistake":
                self.found.mistakes.append(self._mistake(self._mistakes[job.number]))
            case "seeds":
                self._seeds_from(job.number)
            case "costly":
                self._costly(job.number)
            case "mutant":
                self.found.mutants.append(self._mutant(self._mutants[job.number]))

    def _at(self, seed: int) -> CollectedCases:
        if self._bench.seed != seed:
            self._bench.reseed(seed)
        return self._bench

    def _in_a_row(
        self, modules: dict[str, bytes], numbers: Iterable[int], scripts: Scripts | None = None
    ) -> Iterator[tuple[int, Connection]]:
        """Yield each number with a connection to these modules: the same one as long as its worker is not worn."""
        connection = self._bench.connect(modules, scripts=scripts)
        try:
            for number in numbers:
                if connection.cpu_s() > WORN * connection.limits.cpu_s:
                    connection.close()
                    connection = self._bench.connect(modules, scripts=scripts)
                yield number, connection
        finally:
            connection.close()

    # --- the solution

    def _prove(self) -> None:
        """Run every case but those with a limit of their own; keep what they cost and the calls that they made.

        CaseError for one that the solution does not pass.
        """
        # What trains is left to the jobs named costly; what turns out to train is run once. A case that takes long on
        # this side of the wall is not one of these: the first to use an optimizer waits for what torch then imports.
        trains = {case.id for case in self._bench.plan if self._bench.own_limit(case)}
        known = self.found.seconds
        for seed, connection in self._in_a_row(self._solution, range(SEED, SEED + 2), self._scripts):
            cases = [case for case in self._bench.plan if case.id not in trains]
            for case, outcome, log in self._at(seed).run_on(connection, cases):
                if outcome.verdict is not Verdict.PASSED:
                    raise CaseError(
                        f"{self._assignment.slug}: with seed {seed} the case {case.id} does not pass on the solution "
                        f"({outcome.verdict.value}). {_what(outcome)} Mend the case or the solution."
                    )
                self._keep(case, log)
                seconds = [call.seconds for call in log.calls]
                if sum(seconds) > COSTLY_S:
                    trains.add(case.id)
                limit = max(LEAST_S, SLOWER * max(seconds, default=0.0), self._call_s.get(case.id, 0.0))
                self._call_s[case.id] = limit
                # the quicker of two: the first one may have started the worker, or met a busy machine
                known[case.id] = min(outcome.seconds, known.get(case.id, outcome.seconds))

    def _keep(self, case: Case, log: CaseLog) -> None:
        for call in log.calls:
            self._callers.setdefault(case.task, set()).add(call.function)
            kept = self._calls.setdefault(call.function, [])
            if len(kept) < RECORDED:
                kept.append(call)

    def _cost(self, case: Case) -> float:
        """Seconds on the solution; a case with a limit of its own counts as costly without being run."""
        return COSTLY_S + 1 if self._bench.own_limit(case) else self.found.seconds[case.id]

    def _is_costly(self, case: Case) -> bool:
        return self._cost(case) > COSTLY_S

    # --- right answers

    def _seeds_from(self, first: int) -> None:
        """Grade every right answer with a few seeds in a row, on the cases that are due."""
        numbers = range(first, min(first + IN_A_ROW, self._seeds))
        scripts: Scripts = {}
        for name, modules in self._answers:
            for number, connection in self._in_a_row(modules, numbers, scripts):
                cases = [case for case in self._bench.plan if self._is_due(case, number)]
                self._judge(name, SEED + number, self._at(SEED + number).run_on(connection, cases))

    def _is_due(self, case: Case, number: int) -> bool:
        """Whether a case is graded with the seed of this number.

        Of two processes that disagree on what a case costs, one takes all the seeds that the other takes, and more: so
        none of the few that a slow case has can be left out.
        """
        return not self._is_costly(case) and self._turns[number] < self._seeds_of(case)

    def _seeds_of(self, case: Case) -> int:
        """With how many seeds a case is graded: all of them where it is quick."""
        cost = self._cost(case)
        affordable = int(SEEDS_S / (cost * len(self._answers))) if cost > QUICK_S else self._seeds
        return min(self._seeds, max(affordable, FEWEST_SEEDS))

    def _costly(self, number: int) -> None:
        """Grade one answer on the costly cases, each answer with a seed of its own."""
        cases = [case for case in self._bench.plan if self._is_costly(case)]
        if cases:
            name, modules = self._answers[number]
            self._judge(name, SEED + number, self._at(SEED + number).run(modules, cases))

    def _judge(self, name: str, seed: int, run: Iterable[tuple[Case, Outcome, CaseLog]]) -> None:
        for case, outcome, _ in run:
            self.found.runs[case.id] = self.found.runs.get(case.id, 0) + 1
            if name == "solution" and self._is_costly(case):
                self.found.seconds[case.id] = outcome.seconds
            if outcome.verdict is not Verdict.PASSED:
                self.found.alarms.append(Alarm(name, seed, case.id, _what(outcome)))

    # --- wrong answers

    def _stub(self) -> None:
        names = self._assignment.modules
        modules = {name: self._assignment.stub(name).read_bytes() for name in names}
        run = self._at(SEED).run(modules, self._bench.plan, ignore_needs=True)
        passed = [case.id for case, outcome, _ in run if outcome.verdict is Verdict.PASSED]
        self.found.stub_passes += passed

    def _mistake(self, mistake: solution.Mistake) -> MistakeTried:
        """Grade a known mistake on the cases that it names, the quick ones of their tasks, and what all these need."""
        bench = self._at(SEED)
        named = [case for case in bench.plan if case.id in mistake.caught_by]
        tasks = {case.task for case in named}
        wanted = {case.id for case in named}
        wanted |= {case.id for case in bench.plan if case.task in tasks and self._cost(case) < QUICK_S}
        wanted |= {name for case in bench.plan if case.id in wanted for name in case.needs}
        cases = [case for case in bench.plan if case.id in wanted]
        kills, unhinted = [], []
        for case, outcome, log in bench.run(mistake.modules, cases):
            if outcome.verdict in (Verdict.PASSED, Verdict.SKIPPED):
                continue
            kills.append(case.id)
            if case.id in mistake.caught_by and mistake.hint not in bench.hint(case, outcome, log):
                unhinted.append(case.id)
        missed = [name for name in mistake.caught_by if name not in kills]
        return MistakeTried(mistake.id, tuple(kills), tuple(missed), tuple(unhinted))

    # --- mutants

    def _mutant(self, mutant: Mutant) -> Tried:
        """Run the cases of the mutated task, the quick ones all of them; then see what the survivors are."""
        cases = sorted((case for case in self._bench.plan if case.task == mutant.task), key=self._order)
        if mutant.digest in self._known:  # its author has looked at it: no training for it
            cases = [case for case in cases if not self._is_costly(case)]
        asked: list[str] = []
        kills: list[str] = []
        wanted = _while(cases, lambda case: not kills or self._cost(case) < QUICK_S)
        with contextlib.closing(self._bench.connect(mutant.modules, scripts=self._scripts)) as connection:
            for case, outcome, _ in self._at(SEED).run_on(connection, wanted, ignore_needs=True, call_s=self._call_s):
                asked.append(case.id)
                if outcome.verdict is not Verdict.PASSED:
                    kills.append(case.id)
                if outcome.verdict is Verdict.TIMED_OUT:
                    break  # the others would wait as long
        fate, witness, reason = Fate.KILLED, "", ""
        if not kills:
            fate, witness, reason = self._survivor(mutant, cases)
        return Tried(mutant, fate, tuple(asked), tuple(kills), witness, reason)

    def _order(self, case: Case) -> float:
        """Quick cases in the order of the plan, the others by what they cost."""
        cost = self._cost(case)
        return 0.0 if cost < QUICK_S else cost

    def _survivor(self, mutant: Mutant, cases: Sequence[Case]) -> tuple[Fate, str, str]:
        said = self._known.get(mutant.digest)
        if said is not None and said.verdict == "policy":
            return Fate.POLICY, "", said.reason
        hole, differs = self._on_wider_inputs(mutant)
        if not hole:
            hole, also = self._on_other_seeds(mutant, [case for case in cases if not self._is_costly(case)])
            differs = differs or also
        if hole:
            return Fate.HOLE, hole, ""
        if said is not None:
            return Fate.EQUIVALENT, "", said.reason
        return (Fate.POLICY, differs, "") if differs else (Fate.UNCONFIRMED, "", "")

    def _on_wider_inputs(self, mutant: Mutant) -> tuple[str, str]:
        """Return the input that shows a hole, and one where a difference is too small to mind; "" where none does."""
        called = self._callers.get(mutant.task, set())
        functions = [mutant.function] if mutant.function in self._calls else sorted(called)
        small = ""
        for function in functions:
            inputs, wanted = self._inputs(function)
            with contextlib.closing(self._answer(mutant.modules, inputs)) as answers:
                for given, want, got in zip(inputs, wanted, answers, strict=True):
                    difference, minded = _difference(got, want)
                    if minded:
                        return f"{_shown(given)}: {difference}", ""
                    small = small or (f"{_shown(given)}: {difference}" if difference else "")
        return "", small

    def _inputs(self, function: str) -> tuple[list[Arguments], list[_Answer]]:
        """Draw inputs that the solution accepts, with what it makes of them; once for every function."""
        if function not in self._wider:
            wider = Wider(self._calls.get(function, []))
            rng = np.random.default_rng(SEED)
            drawn = (wider.draw(rng) for _ in range(TRIED if wider else 0))
            inputs, asked = itertools.tee(drawn)
            with contextlib.closing(self._answer(self._solution, asked)) as answers:
                pairs = ((given, got) for given, got in zip(inputs, answers, strict=True) if _accepted(got))
                accepted = list(itertools.islice(pairs, INPUTS))
            self._wider[function] = [given for given, _ in accepted], [got for _, got in accepted]
        return self._wider[function]

    def _answer(self, modules: dict[str, bytes], inputs: Iterable[Arguments]) -> Generator[_Answer, None, None]:
        """Yield what these modules answer to each input, through the wall."""
        connection = self._at(SEED).connect(modules)
        student = StudentCode(connection)
        try:
            for number, given in enumerate(inputs):
                connection.begin(f"wider {number}", call_s=LEAST_S)  # every call finds its generators seeded
                try:
                    yield _Answer(_made(student, given))
                except StudentRaised as raised:
                    yield _Answer(raised=raised.type_name, meant=_meant(raised.staff))
                except StudentFault as fault:
                    yield _Answer(raised=fault.verdict.value)
                except (TypeError, RuntimeError) as exc:  # what cannot be sent
                    yield _Answer(raised=str(exc))
        finally:
            connection.close()

    def _on_other_seeds(self, mutant: Mutant, cases: Sequence[Case]) -> tuple[str, str]:
        """Meet the cases with further seeds; compare every call with the solution's where a case still passes."""
        cost = sum(self._cost(case) for case in cases)
        small = ""
        seeds = int(min(REPLAYS, max(FEWEST_SEEDS, REPLAY_S / max(cost, 1e-6))))
        with contextlib.closing(self._bench.connect(self._solution)) as solved:
            for seed in range(SEED + 1, SEED + 1 + seeds):
                logs = self._solution_logs(solved, seed, cases)
                for case, outcome, log in self._at(seed).run(
                    mutant.modules, cases, ignore_needs=True, call_s=self._call_s
                ):
                    if outcome.verdict is not Verdict.PASSED:
                        return f"{case.id} catches it with seed {seed}, and not with seed {SEED}", ""
                    difference = _first_difference(log, logs[case.id])
                    small = small or (f"{case.id}, seed {seed}: {difference}" if difference else "")
        return "", small

    def _solution_logs(self, solved: Connection, seed: int, cases: Sequence[Case]) -> dict[str, CaseLog]:
        lacking = [case for case in cases if (seed, case.id) not in self._logs]
        for case, _, log in self._at(seed).run_on(solved, lacking, ignore_needs=True):
            self._logs[seed, case.id] = log
        return {case.id: self._logs[seed, case.id] for case in cases}


def _made(student: StudentCode, given: Arguments) -> RecordedCall:
    """Make a call; a name that is data is read."""
    found = getattr(student, given.function)
    if isinstance(found, RemoteFunction):
        return found.record(*copied(given.args), **copied(given.kwargs))
    return RecordedCall(given.function, (), {}, found, (), (), 0.0)


def _while(cases: Iterable[Case], wanted: Callable[[Case], bool]) -> Iterable[Case]:
    """Yield the cases that are wanted when their turn comes."""
    return (case for case in cases if wanted(case))


def _what(outcome: Outcome) -> str:
    """One line on what went wrong."""
    found = outcome.mismatch
    text = outcome.message or (f"{found.kind}: got {found.got}, want {found.want}" if found else "")
    return f"{outcome.verdict.value}: {text}".strip()


# --- differences


def _meant(trace: str) -> bool:
    """Whether the last line of the solution that an exception passed is a ``raise`` of its own."""
    lines = trace.splitlines()
    return len(lines) > 1 and re.search(r": raise\b", lines[-2]) is not None


def _accepted(answer: _Answer) -> bool:
    """Whether the solution takes an input: finite numbers come back, or it refuses by itself."""
    if answer.call is None:
        return answer.meant
    return all(np.all(np.isfinite(array)) for array in _floats(answer.call.result))


def _floats(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, float):
        yield np.asarray(value)
    elif isinstance(value, np.ndarray) or is_tensor(value):
        array = as_array(value)
        if array.dtype.kind in "fc":
            yield array


def _difference(got: _Answer, want: _Answer) -> tuple[str, bool]:
    """Say how an answer differs from the wanted one, "" where it does not; and whether a case should mind."""
    if want.call is None or got.call is None:
        ends = [answer.raised if answer.call is None else "an answer" for answer in (got, want)]
        return ("", False) if ends[0] == ends[1] else (f"got {ends[0]}, want {ends[1]}", True)
    if got.call.changed != want.call.changed:
        return f"it changes {', '.join(got.call.changed) or 'nothing'} in place", True
    far = _unlike(got.call.result, want.call.result, MINDED)
    if far:
        return far, True
    return _unlike(got.call.result, want.call.result, ROUNDING), False


def _first_difference(got: CaseLog, want: CaseLog) -> str:
    """Say where two logs of one case part, beyond rounding."""
    if len(got.calls) != len(want.calls):
        return "another number of calls"
    for a, b in zip(got.calls, want.calls, strict=True):
        if a.changed != b.changed or a.aliases != b.aliases:
            return f"{a.function} changes or shares other arguments"
        if text := _unlike(a.result, b.result, ROUNDING):
            return f"{a.function}: {text}"
    return ""


def _unlike(got: Any, want: Any, tolerances: Sequence[tuple[float, float]]) -> str:
    """Say how two results differ by more than the tolerance of their precision; objects count by their type."""
    got, want = _by_type(got), _by_type(want)
    coarse = any(array.dtype.itemsize < 8 for array in _floats(want))
    rtol, atol = tolerances[coarse]
    scale = max((float(np.abs(array).max()) for array in _floats(want) if array.size), default=0.0)
    try:
        mismatch = compare(got, want, rtol=rtol, atol=max(atol, ROUNDING[coarse][0] * scale))
    except CaseError:
        return "" if repr(got) == repr(want) else "it is something else"
    return f"{mismatch.kind}: got {mismatch.got}, want {mismatch.want} {mismatch.where}".strip() if mismatch else ""


def _by_type(value: Any) -> Any:
    if isinstance(value, StudentObject):
        return repr(value)
    if isinstance(value, list | tuple):
        return [_by_type(item) for item in value]
    if isinstance(value, dict):
        return {key: _by_type(item) for key, item in value.items()}
    return value


def _shown(given: Arguments, most: int = 400) -> str:
    """Return a call as an author could write it, cut where it is long."""
    with np.printoptions(precision=17, threshold=40, linewidth=10_000):
        parts = [repr(arg) for arg in given.args] + [f"{name}={value!r}" for name, value in given.kwargs.items()]
    text = re.sub(r"\s+", " ", f"{given.function}({', '.join(parts)})")
    return text if len(text) <= most else text[: most - 1] + "…"
