"""One grading run: the cases are collected once, proven on the solution, and then run on any number of submissions.

Everything that is drawn depends on the run's seed and the case, so all submissions of a run meet the same inputs, and
what does not depend on a submission (numeric slopes, the behaviour of known mistakes) is computed once.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib.metadata
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ..course import solution, translation
from ..course.assignment import Assignment
from ..course.submission import Submission
from ..errors import AssignmentError, CaseError, SandboxIncomplete, UsageError
from ..messages import current_language
from ..model import Case, GraderInfo, Language, Outcome, Report, SandboxInfo, Score, SubmissionInfo, Verdict
from ..student import selftest
from ..student.connection import Connection
from ..student.handle import CaseLog
from ..student.replay import Scripts
from ..student.source import ModuleSources, parameters_of
from ..wall.limits import Limits
from ..workers.supervisor import Supervisor
from . import devices, rubric
from .mistakes import KnownMistakes
from .pytest_plugin import GradingPlugin, pytest_arguments

MAX_MISTAKE_WORKERS = 16  # workers of known mistakes that wait to be asked again: a task has seldom more

Record = Callable[[Report], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to grade: ``official`` adds the hidden cases, ``seed`` fixes every draw, ``device`` is auto, cpu or cuda.

    ``without`` names cases to leave out, with their points: an author at work on others does not wait for the one that
    trains for seconds.
    """

    official: bool = False
    seed: int = 0
    device: str = "auto"
    without: frozenset[str] = frozenset()


def grade(
    assignment: Assignment,
    submissions: Iterable[Submission],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade ``submissions`` one after the other and hand each report to ``record``.

    Raises CaseError (nothing recorded) when a case does not pass on the solution or raises by itself, AssignmentError
    when an official run lacks the solution or cannot import it, SandboxIncomplete when it lacks a layer, SandboxError
    when no worker can be started, UsageError for a device that is not there. After several submissions the cases are
    proven once more: CaseError with the slug ``case-drift`` says that the reports recorded are not to be trusted.
    """
    _Session(assignment, run, supervisor).serve(submissions, record)


def grade_one(assignment: Assignment, submission: Submission, *, run: RunOptions, supervisor: Supervisor) -> Report:
    """Grade one submission; see :func:`grade`."""
    reports: list[Report] = []
    grade(assignment, [submission], reports.append, run=run, supervisor=supervisor)
    return reports[0]


class _Session:
    def __init__(self, assignment: Assignment, run: RunOptions, supervisor: Supervisor) -> None:
        run = replace(run, device=_device(assignment, run))
        self._assignment = assignment
        self._run = run
        self._supervisor = supervisor
        self._limits = _limits(assignment, gpu=run.device == "cuda")
        self._prepared: dict[str, dict[Any, Any]] = {}
        self._scripts: Scripts = {}
        self._mistake_workers: dict[str, Connection] = {}  # to known mistakes, the one asked last at the end
        self._parameters = _parameters(assignment)
        self._sandbox = examine(assignment, run=run, supervisor=supervisor)
        self._solution = solution.modules(assignment) if assignment.solution or run.official else None
        self._mistakes = solution.mistakes(assignment) if self._solution else []
        self._plugin: GradingPlugin | None = None

    def serve(self, submissions: Iterable[Submission], record: Record) -> None:
        """Collect, prove, grade, prove again."""

        def loop(plugin: GradingPlugin) -> None:
            if self._run.official and not self._run.without:
                self._check_points(plugin.plan)
            if failed := self._first_failure_on_solution(self._scripts):
                raise CaseError(_does_not_pass(self._assignment, failed))
            known = self._known()
            graded = 0
            for submission in submissions:
                if graded == 1:  # a class: the collector can pass by what stays, the collection and the prepared values
                    gc.collect()
                    gc.freeze()
                record(self._report(submission, known))
                graded += 1
            if graded > 1 and (failed := self._first_failure_on_solution()):
                raise CaseError(
                    f"{self._assignment.slug}: the case {failed.case} does not pass on the solution any more, after a "
                    "class was graded with it, so something stays from one submission to the next. Do not trust these "
                    "reports; look for state at module level in the cases.",
                    slug="case-drift",
                )

        self._collect(loop)

    def _collect(self, loop: Callable[[GradingPlugin], None]) -> None:
        """Collect the cases and call ``loop`` inside pytest's own; raise what it raised."""

        def with_plan(plugin: GradingPlugin) -> None:
            self._plugin = plugin
            loop(plugin)

        hidden = self._assignment.hidden_cases if self._run.official else None
        files = [path.resolve() for path in (self._assignment.visible_cases, hidden) if path]
        with _imported(self._assignment) if hidden else contextlib.nullcontext() as reference:
            plugin = GradingPlugin(
                with_plan,
                tasks=[task.id for task in self._assignment.tasks],
                hidden=hidden and hidden.resolve(),
                reference=reference,
                seed=self._run.seed,
                device=self._run.device,
                without=self._run.without,
            )
            try:
                _pytest_main(files, plugin)
            finally:
                gc.unfreeze()
                for connection in self._mistake_workers.values():
                    connection.close()
                self._mistake_workers.clear()
        if plugin.failure is not None:
            raise plugin.failure
        if self._plugin is None:
            raise CaseError(f"pytest ended before it collected {files[0]}.", slug="case-collection")

    def lend(self, work: Callable[[CollectedCases], None]) -> None:
        """Collect, and hand the cases to ``work``."""
        self._collect(lambda plugin: work(CollectedCases(self, plugin)))

    # --- the solution

    def _first_failure_on_solution(self, scripts: Scripts | None = None) -> Outcome | None:
        """Run every case on the solution, through the wall; return the first that does not pass.

        What the cases ask is kept in ``scripts``; without them every case is run, whatever is known of it.
        """
        if self._solution is None:
            return None
        outcomes = self._outcomes(self._connect(self._solution, scripts=scripts))
        return next((outcome for outcome in outcomes if outcome.verdict is not Verdict.PASSED), None)

    def _run_mistake(self, case: Case, known: solution.Mistake) -> tuple[Outcome, CaseLog]:
        """Run one case on a known mistake, as if it had been handed in.

        Its worker stays for a while: who fails one case of a task fails others, for which the same mistakes are asked.
        """
        assert self._plugin is not None
        connection = self._mistake_workers.pop(known.id, None) or self._connect(known.modules)
        self._mistake_workers[known.id] = connection
        if len(self._mistake_workers) > MAX_MISTAKE_WORKERS:
            self._mistake_workers.pop(next(iter(self._mistake_workers))).close()  # the one that was asked longest ago
        passed = {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}
        return self._plugin.run(case, connection, passed)

    def _known(self) -> KnownMistakes:
        assert self._plugin is not None
        return KnownMistakes(self._mistakes, self._plugin.plan, self._run_mistake)

    def _check_points(self, plan: Sequence[Case]) -> None:
        for task in self._assignment.tasks:
            total = sum(case.points for case in plan if case.task == task.id)
            if abs(total - task.points) > 1e-6:
                raise CaseError(
                    f"{self._assignment.slug}: the cases of {task.id} are worth {total:g} points together, but "
                    f"assignment.toml gives the task {task.points:g}. Make the two agree."
                )

    # --- submissions

    def _report(self, submission: Submission, known: KnownMistakes) -> Report:
        assert self._plugin is not None
        connection = self._connect(submission.modules, submission, scripts=self._scripts)
        lines = rubric.graded(self._plugin.plan, self._outcomes(connection, known))
        shown = translation.translated(self._assignment)
        return Report(
            assignment=shown.slug,
            title=shown.title,
            tasks=shown.tasks,
            submission=submission.info(),
            score=rubric.score(lines),
            outcomes=lines,
            sandbox=self._sandbox,
            grader=GraderInfo(version=version(), seed=self._run.seed, device=self._run.device),
            official=self._run.official,
            complete=rubric.is_complete(lines),
            notes=submission.notes,
            language=Language(current_language()),
        )

    def _outcomes(self, connection: Connection, known: KnownMistakes | None = None) -> list[Outcome]:
        assert self._plugin is not None
        done: dict[str, Outcome] = {}
        try:
            for case in self._plugin.plan:
                outcome, log = self._plugin.run(case, connection, done)
                if connection.known is None:
                    # A file that cannot be imported is like no known mistake: to look would run all of them.
                    hint = known.hint(case, outcome, log) if known and not connection.unloadable else ""
                    outcome = replace(outcome, hint=hint) if hint else outcome
                    self._plugin.remember(case, outcome, connection)
                done[case.id] = outcome
        finally:
            connection.close()  # before anything is reported: nothing of the submission may still run
        return list(done.values())

    def _connect(
        self,
        modules: dict[str, bytes],
        submission: Submission | None = None,
        *,
        seed: int | None = None,
        scripts: Scripts | None = None,
    ) -> Connection:
        main = self._assignment.modules[0]
        missing = submission.explain_missing(main) if submission and main not in modules else ""
        source = ModuleSources(
            main=main,
            modules={name: (f"{name}.py", data) for name, data in modules.items()},
            missing=missing,
            parameters=self._parameters,
            place=submission.place if submission else None,
        )
        return Connection(
            source,
            self._supervisor,
            self._limits,
            torch=self._assignment.needs_torch,
            packages=self._assignment.packages,
            seed=self._run.seed if seed is None else seed,
            prepared=self._prepared,
            scripts=scripts,
        )


class CollectedCases:
    """The cases of one assignment, collected once and proven by nobody: run any of them on anything, with any seed.

    For those who examine the cases themselves. Only valid inside the function that :func:`collect_cases` calls.
    """

    def __init__(self, session: _Session, plugin: GradingPlugin) -> None:
        self.plan: tuple[Case, ...] = plugin.plan
        self.seed = plugin.seed
        self._session = session
        self._plugin = plugin
        self._known = session._known()

    def own_limit(self, case: Case) -> bool:
        """Whether ``case`` has a ``call_s`` of its own: it trains."""
        return self._plugin.call_s[case.id] is not None

    def reseed(self, seed: int) -> None:
        """Let the next cases draw as in a run with this seed. Slopes stay, for a seed may come again."""
        self.seed = self._plugin.seed = seed
        self._known = self._session._known()

    def run(
        self,
        modules: dict[str, bytes],
        cases: Iterable[Case],
        *,
        ignore_needs: bool = False,
        call_s: Mapping[str, float] | None = None,
    ) -> Generator[tuple[Case, Outcome, CaseLog], None, None]:
        """Run ``cases`` on these modules, in order, in one worker while it lives.

        With ``ignore_needs`` no case is skipped for another's sake; otherwise one whose ``needs`` ran here and did not
        pass is. ``call_s`` replaces the limit of a single call, in seconds, by case. Ends the worker when it is
        exhausted or closed.
        """
        connection = self.connect(modules)
        try:
            yield from self.run_on(connection, cases, ignore_needs=ignore_needs, call_s=call_s)
        finally:
            connection.close()

    def run_on(
        self,
        connection: Connection,
        cases: Iterable[Case],
        *,
        ignore_needs: bool = False,
        call_s: Mapping[str, float] | None = None,
    ) -> Iterator[tuple[Case, Outcome, CaseLog]]:
        """Like :meth:`run`, in the worker of ``connection``, which may have served other seeds before."""
        connection.reseed(self.seed)
        done: dict[str, Outcome] = {}
        for case in cases:
            passed = {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}
            before = passed if ignore_needs else passed | done
            outcome, log = self._plugin.run(case, connection, before, call_s=(call_s or {}).get(case.id))
            if connection.known is None:
                self._plugin.remember(case, outcome, connection)
            done[case.id] = outcome
            yield case, outcome, log

    def hint(self, case: Case, outcome: Outcome, log: CaseLog) -> str:
        """Return the hint that a student reads: that of the known mistake which behaves alike, or the case's own."""
        return self._known.hint(case, outcome, log) or outcome.hint

    def connect(self, modules: dict[str, bytes], *, scripts: Scripts | None = None) -> Connection:
        """Connect to a worker with these modules, with the assignment's limits; to be closed by the caller.

        In ``scripts`` is kept what the cases ask, for the next to be asked that in one go, as in a class.
        """
        return self._session._connect(modules, seed=self.seed, scripts=scripts)


def collect_cases(
    assignment: Assignment, work: Callable[[CollectedCases], None], *, run: RunOptions, supervisor: Supervisor
) -> None:
    """Collect the cases of ``assignment`` and call ``work`` with a :class:`CollectedCases`.

    Raises what :func:`grade` raises, but proves nothing: that is up to ``work``, whose own exceptions pass through.
    """
    _Session(assignment, run, supervisor).lend(work)


def _pytest_main(files: list[Path], plugin: GradingPlugin) -> None:
    """Run our pytest in this process, with no plug-in but ours and nothing of the surroundings."""
    for path in files:
        if "[" in str(path) or "::" in str(path):
            raise UsageError(f"{path}: pytest cannot be given a path that holds [ or ::. Rename that folder.")
    paths = {str(path) for path in files}
    before = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    for name in before:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        pytest.main(pytest_arguments(files), plugins=[plugin])
    finally:
        for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) in paths]:
            del sys.modules[name]  # pytest would take them for the files of the next assignment
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        os.environ.update(before)


def _does_not_pass(assignment: Assignment, outcome: Outcome) -> str:
    details = outcome.message or (
        f"{outcome.mismatch.kind}: got {outcome.mismatch.got}, want {outcome.mismatch.want}" if outcome.mismatch else ""
    )
    trace = f"\n{outcome.staff}" if outcome.staff else ""
    return (
        f"{assignment.slug}: the case {outcome.case} does not pass on the solution "
        f"({outcome.verdict.value}). {details} Nothing was graded; mend the case or the solution.{trace}"
    )


def _device(assignment: Assignment, run: RunOptions) -> str:
    return devices.resolve(assignment, official=run.official, wanted=run.device)


def _limits(assignment: Assignment, *, gpu: bool) -> Limits:
    values: dict[str, Any] = dict(assignment.limits)
    if "memory_mib" in values:
        values["memory_mib"] = int(values["memory_mib"])
    return Limits(**values, gpu=gpu)


def _parameters(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """The parameter names of every function, from the stub; without a stub messages do without names."""
    path = assignment.stub(assignment.modules[0])
    try:
        return parameters_of(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}


def examine(assignment: Assignment, *, run: RunOptions, supervisor: Supervisor) -> SandboxInfo:
    """Find out which layers of the sandbox hold, once for each supervisor; SandboxIncomplete for an official run."""
    limits = _limits(assignment, gpu=_device(assignment, run) == "cuda")
    packages = assignment.packages
    key = (packages, limits)
    found = supervisor.examined.get(key)
    if found is None:
        found = selftest.examine(supervisor, limits, torch=assignment.needs_torch, packages=packages)
        supervisor.examined[key] = found
    if run.official and not found.complete:
        remedies = dict.fromkeys(selftest.REMEDIES[name] for name in found.missing)
        raise SandboxIncomplete(
            f"Official grading needs every layer of the sandbox; missing here: {', '.join(found.missing)}. "
            f"{supervisor.refusal} {' '.join(remedies)} Or grade without --official, for practice."
        )
    return found


@contextlib.contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Let torch compute wanted values in one thread: measured, two on two busy cores cost five times the CPU."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def _imported(assignment: Assignment) -> Iterator[ModuleType]:
    """Import the solution here: it is trusted, and hidden cases compute wanted values with it. Afterwards it is gone.

    Its main module has a private name; the others can be imported by their own. AssignmentError when it raises.
    """
    assert assignment.solution is not None
    path = assignment.solution / f"{assignment.modules[0]}.py"
    name = f"autograder_solution_{assignment.slug.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = {other: sys.modules.pop(other) for other in assignment.modules if other in sys.modules}
    sys.modules[name] = module  # dataclasses and pickling inside the solution look it up
    sys.path.insert(0, str(assignment.solution))
    try:
        try:
            spec.loader.exec_module(module)
        except Exception as exc:
            place = _place(exc, assignment.solution) or str(path)
            raise AssignmentError(f"{place}: the solution cannot be imported: {type(exc).__name__}: {exc}.") from exc
        with _one_torch_thread():
            yield module
    finally:
        sys.path.remove(str(assignment.solution))
        for other in (name, *assignment.modules):
            sys.modules.pop(other, None)
        sys.modules.update(before)


def _place(exc: Exception, folder: Path) -> str:
    """Return the last file and line in ``folder`` that an exception passed, "" where there is none."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(exc.__traceback__)]
    if isinstance(exc, SyntaxError) and exc.filename:
        frames.append((exc.filename, exc.lineno))
    inside = [(file, line) for file, line in frames if Path(file).parent == folder]
    return f"{inside[-1][0]}, line {inside[-1][1]}" if inside else ""


@functools.cache
def version() -> str:
    """The framework's version, as installed; looked up once, because each look parses a file."""
    return importlib.metadata.version("autograder")


def rejected(
    assignment: Assignment, sentence: str, *, student: str | None, run: RunOptions, supervisor: Supervisor
) -> Report:
    """The report of an upload that could not be opened: one sentence, no points.

    The possible points are the whole assignment's, since no case was even planned.
    """
    shown = translation.translated(assignment)
    return Report(
        assignment=shown.slug,
        title=shown.title,
        tasks=shown.tasks,
        submission=SubmissionInfo(student=student, sha256=""),
        score=Score(earned=0.0, possible=assignment.points),
        outcomes=(),
        sandbox=examine(assignment, run=run, supervisor=supervisor),
        grader=GraderInfo(version=version(), seed=run.seed, device=_device(assignment, run)),
        official=run.official,
        notes=(sentence,),
        language=Language(current_language()),
    )
