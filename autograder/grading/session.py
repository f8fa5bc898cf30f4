"""One grading run: collect the cases once, check them on the solution, and run them on any number of submissions.

Random inputs depend only on the run's seed and the case, so all submissions of a run receive the same inputs. Values
that do not depend on a submission (numeric slopes, the behaviour of known mistakes) are computed once.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ..course import solution, translation
from ..course.assignment import Assignment
from ..course.submission import Refused, Submission
from ..errors import CaseError, UsageError
from ..guest.module_names import modules_of
from ..messages import current_language
from ..model import Case, GraderInfo, Outcome, Report, Score, SubmissionInfo, Verdict
from ..student.connection import Connection
from ..student.log import CaseLog
from ..student.source import ModuleSources, parameters_of
from ..workers.supervisor import Supervisor
from . import rubric
from .cache import OutcomeCache
from .environment import device_of, examine, spec_of, version
from .execution import Executor
from .mistakes import KnownMistakes, MistakeWorkers
from .options import RunOptions
from .pytest_plugin import GradingPlugin, pytest_arguments
from .reference import imported_solution

Record = Callable[[Report], None]


def grade(
    assignment: Assignment,
    submissions: Iterable[Submission | Refused],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade ``submissions`` one after the other and pass each report to ``record``.

    The report of a refused upload has one sentence and no outcomes. Its possible points are those of the run.

    After several submissions the cases run on the solution once more.

    Raises:
        CaseError: A case does not pass on the solution, or raises by itself. Nothing was recorded. With the slug
            ``case-drift``, a case no longer passes after the submissions: do not trust the recorded reports.
        AssignmentError: An official run lacks the solution, or cannot import it.
        SandboxIncomplete: An official run lacks a layer of the sandbox.
        SandboxError: No worker can be started.
        UsageError: The device does not exist.
    """
    _Session(assignment, run, supervisor).serve(submissions, record)


def grade_one(
    assignment: Assignment, submission: Submission | Refused, *, run: RunOptions, supervisor: Supervisor
) -> Report:
    """Grade one submission; see :func:`grade`."""
    reports: list[Report] = []
    grade(assignment, [submission], reports.append, run=run, supervisor=supervisor)
    return reports[0]


class _Session:
    """One run of the cases of an assignment, on the solution, on known mistakes and on submissions."""

    def __init__(self, assignment: Assignment, options: RunOptions, supervisor: Supervisor) -> None:
        options = replace(options, device=device_of(assignment, options))
        self._assignment = assignment
        self._options = options
        self._supervisor = supervisor
        self._spec = spec_of(assignment, options)
        self._parameters = _parameters(assignment)
        self._sandbox = examine(assignment, options=options, supervisor=supervisor)
        self._solution = solution.modules(assignment) if assignment.solution or options.official else None

    def serve(self, submissions: Iterable[Submission | Refused], record: Record) -> None:
        """Collect the cases, check them on the solution, grade the submissions, and check the cases again."""

        def loop(executor: Executor) -> None:
            if self._options.official and not self._options.without:
                self._check_points(executor.cases)
            cache = OutcomeCache()
            if failed := self._first_failure_on_solution(executor, cache):
                raise CaseError(_does_not_pass(self._assignment, failed))
            graded = 0
            with self.known_mistakes(executor) as mistakes:
                for submission in submissions:
                    if isinstance(submission, Refused):
                        record(self._refused(executor, submission))
                        continue
                    if graded == 1:  # the garbage collector can then skip the collected cases and prepared values
                        gc.collect()
                        gc.freeze()
                    record(self._report(executor, submission, mistakes, cache))
                    graded += 1
            if graded > 1 and (failed := self._first_failure_on_solution(executor)):
                raise CaseError(
                    f"{self._assignment.slug}: the case {failed.case} passed on the solution before the class was "
                    "graded, and fails now: a case keeps state between submissions. Do not use these reports. Look for "
                    "state at module level in the cases.",
                    slug="case-drift",
                )

        self.collect(loop)

    def collect(self, work: Callable[[Executor], None]) -> None:
        """Collect the cases and call ``work`` inside pytest's own loop. Exceptions of ``work`` propagate.

        Raises:
            CaseError: The cases cannot be collected.
        """
        hidden = self._assignment.hidden_cases if self._options.official else None
        files = [path.resolve() for path in (self._assignment.visible_cases, hidden) if path]
        with imported_solution(self._assignment) if hidden else contextlib.nullcontext() as reference:
            plugin = GradingPlugin(
                work,
                tasks=[task.id for task in self._assignment.tasks],
                hidden=hidden and hidden.resolve(),
                reference=reference,
                options=self._options,
            )
            try:
                _pytest_main(files, plugin)
            finally:
                gc.unfreeze()
        if plugin.failure is not None:
            raise plugin.failure
        if plugin.executor is None:
            raise CaseError(f"pytest ended before it collected {files[0]}.", slug="case-collection")

    # --- the solution and the known mistakes

    def _first_failure_on_solution(self, executor: Executor, cache: OutcomeCache | None = None) -> Outcome | None:
        """Run every case on the solution, in a worker, and return the first outcome that is not PASSED.

        ``cache`` stores the calls and outcomes of the cases. Without a cache every case runs.
        """
        if self._solution is None:
            return None
        outcomes = self._outcomes(executor, self.connect(self._solution), None, cache)
        return next((outcome for outcome in outcomes if outcome.verdict is not Verdict.PASSED), None)

    @contextlib.contextmanager
    def known_mistakes(self, executor: Executor) -> Iterator[KnownMistakes]:
        """Yield the known mistakes of the assignment. Their workers end with the block."""
        mistakes = solution.mistakes(self._assignment) if self._solution else []
        workers = MistakeWorkers(lambda mistake: self.connect(mistake.modules))

        def run(case: Case, mistake: solution.Mistake) -> tuple[Outcome, CaseLog]:
            passed = {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}
            done = executor.run(case, workers.connect(mistake), passed)
            return done.outcome, done.log

        try:
            yield KnownMistakes(mistakes, executor.cases, run)
        finally:
            workers.close()

    def _check_points(self, plan: Sequence[Case]) -> None:
        for task in self._assignment.tasks:
            total = sum(case.points for case in plan if case.task == task.id)
            if abs(total - task.points) > 1e-6:
                raise CaseError(
                    f"{self._assignment.slug}: the cases of {task.id} are worth {total:g} points together, but "
                    f"assignment.toml gives the task {task.points:g}. Make the two totals equal."
                )

    # --- submissions

    def _report(
        self, executor: Executor, submission: Submission, mistakes: KnownMistakes, cache: OutcomeCache
    ) -> Report:
        connection = self.connect(submission.modules, submission)
        lines = rubric.graded(executor.cases, self._outcomes(executor, connection, mistakes, cache))
        notes = (*submission.notes, *connection.notes())
        report = self._blank(submission.info(), rubric.score(lines), notes)
        return replace(report, outcomes=lines, complete=rubric.is_complete(lines))

    def _refused(self, executor: Executor, upload: Refused) -> Report:
        info = SubmissionInfo(student=upload.student, sha256="")
        return self._blank(info, Score(0.0, rubric.possible(executor.cases)), (upload.sentence,))

    def _blank(self, submission: SubmissionInfo, score: Score, notes: tuple[str, ...]) -> Report:
        """Return a report of this run without outcomes."""
        shown = translation.translated(self._assignment)
        return Report(
            assignment=shown.slug,
            title=shown.title,
            tasks=shown.tasks,
            submission=submission,
            score=score,
            outcomes=(),
            sandbox=self._sandbox,
            grader=GraderInfo(version=version(), seed=self._options.seed, device=self._options.device),
            official=self._options.official,
            notes=notes,
            language=current_language(),
        )

    def _outcomes(
        self, executor: Executor, connection: Connection, mistakes: KnownMistakes | None, cache: OutcomeCache | None
    ) -> list[Outcome]:
        """Run all cases on one submission, with the hints of known mistakes."""
        outcomes: dict[str, Outcome] = {}
        try:
            for case in executor.cases:
                done = executor.run(case, connection, outcomes, cache=cache)
                outcome = done.outcome
                if done.run is not None:  # the outcome was not cached
                    # A file that cannot be imported matches no known mistake, and a search would run all of them.
                    hint = mistakes.hint(case, outcome, done.log) if mistakes and not connection.is_unloadable else ""
                    outcome = replace(outcome, hint=hint) if hint else outcome
                    if cache is not None:
                        cache.keep(executor.seed, outcome, done.run)
                outcomes[case.id] = outcome
        finally:
            connection.close()  # before the report: no code of the submission may still run
        return list(outcomes.values())

    def connect(
        self, modules: dict[str, bytes], submission: Submission | None = None, *, seed: int | None = None
    ) -> Connection:
        """Connect to a worker with these modules, with the assignment's limits; the caller closes it."""
        main = self._assignment.modules[0]
        files = submission.other_files if submission else {}
        late = {name: (file, files[file]) for name, file in modules_of(files).items() if name not in modules}
        source = ModuleSources(
            main=main,
            modules={name: (f"{name}.py", data) for name, data in modules.items()} | late,
            missing=submission.explain_missing(main) if submission and main not in modules else "",
            parameters=self._parameters,
            place=submission.place if submission else None,
            notebooks=submission.notebooks if submission else frozenset(),
            unread=submission.unread if submission else {},
            files=files,
            late=frozenset(late),
        )
        return Connection(source, self._supervisor, self._spec, seed=self._options.seed if seed is None else seed)


class CollectedCases:
    """The cases of one assignment, collected once and not yet run on the solution. Any of them can run on any modules.

    Use this to test the cases themselves. It is valid only inside the function that :func:`collect_cases` calls.
    """

    def __init__(self, session: _Session, executor: Executor) -> None:
        self.plan: tuple[Case, ...] = executor.cases
        self._session = session
        self._executor = executor
        self._mistakes = contextlib.ExitStack()
        self._known = self._mistakes.enter_context(session.known_mistakes(executor))

    @property
    def seed(self) -> int:
        """The seed of the next cases."""
        return self._executor.seed

    def has_own_limit(self, case: Case) -> bool:
        """Return whether ``case`` has a ``call_s`` of its own, as cases that train do."""
        return self._executor.plan[case.id].call_s is not None

    def reseed(self, seed: int) -> None:
        """Use this seed for the next cases. Keep the numeric slopes, because a seed may be used again."""
        self._executor.seed = seed
        self.close()
        self._known = self._mistakes.enter_context(self._session.known_mistakes(self._executor))

    def run(
        self,
        modules: dict[str, bytes],
        cases: Iterable[Case],
        *,
        ignore_needs: bool = False,
        call_s: Mapping[str, float] | None = None,
    ) -> Generator[tuple[Case, Outcome, CaseLog], None, None]:
        """Run ``cases`` on these modules, in order, in one worker while it lives.

        Without ``ignore_needs``, a case is skipped if one of its ``needs`` ran here and did not pass. ``call_s`` maps a
        case to its limit of a single call, in seconds. The worker ends when the generator is exhausted or closed.
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
        cache: OutcomeCache | None = None,
    ) -> Iterator[tuple[Case, Outcome, CaseLog]]:
        """Run ``cases`` as :meth:`run` does, in the worker of ``connection``, which may have served other seeds before.

        ``cache`` stores outcomes for submissions that give the same replies, as in a class.
        """
        connection.seed = self.seed
        outcomes: dict[str, Outcome] = {}
        for case in cases:
            passed = {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}
            before = passed if ignore_needs else passed | outcomes
            done = self._executor.run(case, connection, before, call_s=(call_s or {}).get(case.id), cache=cache)
            if cache is not None and done.run is not None:
                cache.keep(self.seed, done.outcome, done.run)
            outcomes[case.id] = done.outcome
            yield case, done.outcome, done.log

    def hint(self, case: Case, outcome: Outcome, log: CaseLog) -> str:
        """Return the hint for the student: that of the matching known mistake, or the hint of the case."""
        return self._known.hint(case, outcome, log) or outcome.hint

    def connect(self, modules: dict[str, bytes]) -> Connection:
        """Connect to a worker with these modules, with the assignment's limits; the caller closes it."""
        return self._session.connect(modules, seed=self.seed)

    def close(self) -> None:
        """End the workers of known mistakes."""
        self._mistakes.close()


def collect_cases(
    assignment: Assignment, work: Callable[[CollectedCases], None], *, run: RunOptions, supervisor: Supervisor
) -> None:
    """Collect the cases of ``assignment`` and call ``work`` with a :class:`CollectedCases`.

    The cases do not run on the solution first; ``work`` can do this.

    Raises:
        AutograderError: As in :func:`grade`. Exceptions of ``work`` propagate.
    """
    session = _Session(assignment, run, supervisor)

    def lend(executor: Executor) -> None:
        cases = CollectedCases(session, executor)
        try:
            work(cases)
        finally:
            cases.close()

    session.collect(lend)


def _pytest_main(files: list[Path], plugin: GradingPlugin) -> None:
    """Run pytest in this process, with our plug-in only and without configuration from the environment."""
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
            del sys.modules[name]  # or pytest would use them for the next assignment
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        os.environ.update(before)


def _does_not_pass(assignment: Assignment, outcome: Outcome) -> str:
    details = outcome.message or (
        f"{outcome.mismatch.kind}: got {outcome.mismatch.got}, want {outcome.mismatch.want}" if outcome.mismatch else ""
    )
    trace = f"\n{outcome.staff}" if outcome.staff else ""
    return (
        f"{assignment.slug}: the case {outcome.case} does not pass on the solution "
        f"({outcome.verdict.value}). {details} Nothing was graded. Fix the case or the solution.{trace}"
    )


def _parameters(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Return the parameter names of every function in the stub. Without a stub, messages omit the names."""
    path = assignment.stub(assignment.modules[0])
    try:
        return parameters_of(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
