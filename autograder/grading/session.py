"""One grading run: collect the cases once, check them on the solution, and run them on any number of submissions.

Random inputs depend only on the run's seed and the case, so all submissions of a run receive the same inputs. Values
that do not depend on a submission (numeric slopes, the behaviour of known mistakes) are computed once.
"""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..checks import datasets
from ..course import solution, translation
from ..course.assignment import Assignment
from ..course.submission import Refused, Submission
from ..course.uses import owners
from ..errors import CaseError
from ..messages import current_language, say
from ..model import Case, GraderInfo, Level, Outcome, Report, Score, SubmissionInfo, Verdict
from ..student.connection import Connection
from ..student.log import CaseLog
from ..workers.supervisor import Supervisor
from . import not_started, plan_checks, rubric
from .cache import OutcomeCache
from .causes import with_causes
from .collection import needs_passed, of_task, with_needed
from .connections import Connections
from .earlier import KnownOutcomes, Regraded
from .environment import device_of, examine, now, settled, version
from .execution import Executor
from .mistakes import KnownMistakes, MistakeWorkers
from .options import RunOptions
from .pytest_plugin import GradingPlugin, run_pytest
from .reference import imported_solution
from .sealed_hints import SealedHints

Record = Callable[[Report], None]
Gradable = Submission | Refused | Regraded


def grade(
    assignment: Assignment,
    submissions: Iterable[Gradable],
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
    grade_batches(assignment, [submissions], record, run=run, supervisor=supervisor)


def grade_batches(
    assignment: Assignment,
    batches: Iterable[Iterable[Gradable]],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade several batches in one session, as :func:`grade` does; the solution is checked again after each of them."""
    Session(assignment, run, supervisor).serve(batches, record)


def grade_one(assignment: Assignment, submission: Gradable, *, run: RunOptions, supervisor: Supervisor) -> Report:
    """Grade one submission; see :func:`grade`."""
    reports: list[Report] = []
    grade(assignment, [submission], reports.append, run=run, supervisor=supervisor)
    return reports[0]


class Session:
    """One run of the cases of an assignment, on the solution, on known mistakes and on submissions."""

    def __init__(self, assignment: Assignment, options: RunOptions, supervisor: Supervisor) -> None:
        options = settled(assignment, options)
        self.options = replace(options, device=device_of(assignment, options))
        self._assignment = assignment
        self._notes: tuple[str, ...] = ()
        self._proven = {case for case, _ in options.proven}  # cases that have passed on the solution
        self._data = ""  # the data set that a case asks for
        self._sandbox = examine(assignment, options=self.options, supervisor=supervisor)
        self.connections = Connections(assignment, self.options, supervisor)
        self._owners = functools.cache(functools.partial(owners, assignment))

    def serve(self, batches: Iterable[Iterable[Gradable]], record: Record) -> None:
        """Collect the cases, check them on the solution, grade the batches, and check the cases again after each."""

        def loop(executor: Executor) -> None:
            self._check_plan(executor)
            executor.solution_s.update(self.options.proven)
            cache = OutcomeCache()
            if not self.options.regrade:
                self._prove_first(executor, cache, self._plan(executor))
            graded = 0
            with self.known_mistakes(executor, sealed=SealedHints(self._assignment)) as mistakes:
                for batch in batches:
                    before = graded
                    for submission in batch:
                        if isinstance(submission, Refused):
                            record(self._refused(executor, submission))
                            continue
                        if graded == 1:  # the garbage collector can then skip the collected cases and prepared values
                            gc.collect()
                            gc.freeze()
                        record(self._report(executor, submission, mistakes, cache))
                        graded += 1
                    if graded > max(before, 1) and self._proven:
                        self._check_again(executor)

        self.collect(loop)

    def prove_all(self) -> dict[str, float]:
        """Run all cases on the solution; return the CPU seconds that it took in each.

        Raises:
            CaseError: a case does not pass.
            AssignmentError: a known mistake cannot be read.
        """
        found: dict[str, float] = {}

        def work(executor: Executor) -> None:
            self._check_plan(executor)
            solution.mistakes(self._assignment)  # a run with the proof reads them late
            self._prove_first(executor, OutcomeCache(), executor.cases)
            found.update(executor.solution_s)

        self.collect(work)
        return found

    def _prove_first(self, executor: Executor, cache: OutcomeCache, cases: Sequence[Case]) -> None:
        """Run cases on the solution before they run on a submission, once; CaseError if one of them fails."""
        if unproven := [case for case in cases if case.id not in self._proven]:
            if failed := self._failures_on_solution(executor, unproven, cache):
                raise CaseError(plan_checks.do_not_pass(self._assignment, failed))
            self._proven |= {case.id for case in unproven}

    def _check_again(self, executor: Executor) -> None:
        """Run the cases on the solution once more; CaseError if one of them fails now."""
        proven = [case for case in self._plan(executor) if case.id in self._proven]
        if failed := self._failures_on_solution(executor, proven):
            raise CaseError(
                f"{self._assignment.slug}: the case {failed[0].case} passed on the solution before the class was "
                "graded, and fails now: a case keeps state between submissions. Do not use these reports. Look for "
                "state at module level in the cases.",
                slug="case-drift",
            )

    def collect(self, work: Callable[[Executor], None]) -> None:
        """Collect the cases and call ``work`` inside pytest's own loop. Exceptions of ``work`` propagate.

        Raises:
            CaseError: The cases cannot be collected.
        """
        if self._assignment.adopted:
            from .suite_plugin import collect_adopted  # what it imports is of no use to other assignments

            collect_adopted(self._assignment, work, connect=self.connections.own, options=self.options)
            return

        def checked(executor: Executor) -> None:
            self._check_data(executor)
            work(executor)

        published = self._assignment.published and not self.options.official
        hidden = self._assignment.hidden_cases if self.options.official or published else None
        files = [path.resolve() for path in (self._assignment.visible_cases, hidden) if path]
        with imported_solution(self._assignment) if hidden else contextlib.nullcontext() as reference:
            plugin = GradingPlugin(
                checked,
                tasks=self._assignment.tasks,
                hidden=hidden and hidden.resolve(),
                reference=reference,
                options=self.options,
                published=published,
                data=self._assignment.data,
            )
            try:
                run_pytest(files, plugin)
            finally:
                gc.unfreeze()
        if plugin.failure is not None:
            raise plugin.failure
        if plugin.executor is None:
            raise CaseError(f"pytest ended before it collected {files[0]}.", slug="case-collection")

    def _check_data(self, executor: Executor) -> None:
        """Read the data set of the run, if a case asks for it: without the files nothing is to be graded.

        Raises:
            CaseError: assignment.toml names no data set.
            DataError: a file is missing or damaged.
        """
        asking = [case.id for case in self._plan(executor) if executor.plan[case.id].uses_data]
        if not asking:
            return
        if not self._assignment.data:
            raise CaseError(
                f"{self._assignment.slug}: the case {asking[0]} uses `data`, but assignment.toml names no data set. "
                'Add data = "digits28" above its tasks.'
            )
        datasets.digits_of(self._assignment.data)
        self._data = self._assignment.data

    # --- the solution and the known mistakes

    def _failures_on_solution(
        self, executor: Executor, cases: Sequence[Case], cache: OutcomeCache | None = None
    ) -> list[Outcome]:
        """Run cases on the solution, in a worker, and return the outcomes that are not PASSED.

        ``cache`` stores the calls and outcomes of the cases. Without a cache every case runs.
        """
        connection = self.connections.to_solution()
        if connection is None:
            return []
        outcomes: dict[str, Outcome] = {}
        with contextlib.closing(connection):
            for case in cases:
                passed = needs_passed(case)
                done = executor.run(case, connection, passed | outcomes, cache=cache)
                executor.solution_s[case.id] = done.log.cpu_s
                outcomes[case.id] = done.outcome
                if cache is not None and done.run is not None:
                    cache.keep(executor.seed, done.outcome, done.run)
        return [outcome for outcome in outcomes.values() if outcome.verdict is not Verdict.PASSED]

    def prove(self, executor: Executor, case: Case, connection: Connection) -> None:
        """Run one case on the solution, in the worker of ``connection``.

        Raises:
            CaseError: it does not pass.
        """
        passed = needs_passed(case)
        done = executor.run(case, connection, passed)
        executor.solution_s[case.id] = done.log.cpu_s
        outcome = done.outcome
        if outcome.verdict is not Verdict.PASSED:
            raise CaseError(plan_checks.do_not_pass(self._assignment, [outcome]))

    @contextlib.contextmanager
    def known_mistakes(
        self, executor: Executor, *, sealed: SealedHints | None = None, seed: int | None = None
    ) -> Iterator[KnownMistakes]:
        """Yield the known mistakes of the assignment. Their workers end with the block, and draw by ``seed``.

        A run with a proof reads them only if a case fails; the proof says that they can be read.

        Raises:
            AssignmentError: one of them cannot be read.
        """

        def read() -> Iterator[solution.Mistake]:
            yield from solution.mistakes(self._assignment) if self.connections.solution else ()

        mistakes = read() if self.options.proven else list(read())
        workers = MistakeWorkers(lambda mistake: self.connections.to(mistake.modules, seed=seed))

        def run(case: Case, mistake: solution.Mistake) -> tuple[Outcome, CaseLog]:
            passed = needs_passed(case)
            done = executor.run(case, workers.connect(mistake), passed)
            if self.options.level is Level.GPU:  # it is for the next submission alone
                workers.close()
            return done.outcome, done.log

        try:
            costly = {name for name, item in executor.plan.items() if item.call_s is not None}
            yield KnownMistakes(mistakes, executor.cases, run, sealed=sealed, costly=costly)
        finally:
            workers.close()

    def _check_plan(self, executor: Executor) -> None:
        """Compare the plan of the cases with the tasks and the solution.

        Raises:
            CaseError: the points of the tasks differ, unless this is a draft; or ``may_change`` names no parameter.
        """
        if self.options.official and not self.options.without:
            wrong = plan_checks.wrong_points(self._assignment, executor.cases)
            if wrong and not self.options.draft:
                raise CaseError("\n".join(wrong.values()))
            if wrong:
                self._notes = (say("report.draft", tasks=", ".join(wrong)),)
        if (sources := self.connections.solution) is not None:
            plan_checks.check_parameters(self._assignment, executor.plan.values(), sources.values())

    # --- submissions

    def _report(
        self, executor: Executor, entry: Submission | Regraded, mistakes: KnownMistakes, cache: OutcomeCache
    ) -> Report:
        submission, earlier = (entry.submission, entry.earlier) if isinstance(entry, Regraded) else (entry, None)
        connection = self.connections.to(submission.modules, submission)
        known = KnownOutcomes(earlier) if earlier else None
        outcomes = self._outcomes(executor, connection, mistakes, cache, known)
        cases = {case.id: case for case in of_task(executor.cases, self.options.task)}
        lines = rubric.graded(list(cases.values()), [outcome for outcome in outcomes if outcome.case in cases])
        lines = with_causes(lines, self._assignment.uses, connection.source, self._owners)
        notes = (*self._notes, *submission.notes, *connection.notes())
        failure = connection.load_failure
        if earlier and not connection.generation and not connection.is_unloadable:  # nothing ran
            notes, failure = earlier.report.notes, earlier.report.load_failure
        report = self.blank(submission.info(), rubric.score(lines), notes)
        return replace(
            report,
            outcomes=lines,
            complete=rubric.is_complete(lines),
            stubs=not_started.stubs(self._assignment.tasks, connection.source, lines),
            load_failure=failure,
        )

    def _refused(self, executor: Executor, upload: Refused) -> Report:
        info = SubmissionInfo(student=upload.student, sha256=upload.sha256, received_at=upload.received_at)
        return self.blank(
            info, Score(0.0, rubric.possible(of_task(executor.cases, self.options.task))), (upload.sentence,)
        )

    def blank(self, submission: SubmissionInfo, score: Score, notes: tuple[str, ...]) -> Report:
        """Return a report of this run without outcomes."""
        shown = translation.translated(self._assignment)
        return Report(
            assignment=shown.slug,
            title=shown.title,
            tasks=shown.all_tasks,
            submission=submission,
            score=self._with_manual(score),
            outcomes=(),
            sandbox=self._sandbox,
            grader=GraderInfo(version(), self.options.seed, self.options.device, self._data),
            official=self.options.official,
            notes=notes,
            language=current_language(),
            only_task=self.options.task,
            graded_at=now(),
        )

    def _with_manual(self, score: Score) -> Score:
        """Add the points that a person can give. A practice run has none of them."""
        if not self.options.official or self.options.task:
            return score
        by_hand = [task.points for task in self._assignment.manual]
        return replace(score, possible=rubric.total([score.possible, *by_hand]))

    def _outcomes(
        self,
        executor: Executor,
        connection: Connection,
        mistakes: KnownMistakes,
        cache: OutcomeCache,
        known: KnownOutcomes | None,
    ) -> list[Outcome]:
        """Run all cases that are not known on one submission, with the hints of known mistakes."""
        outcomes: dict[str, Outcome] = {}
        ran, has_seen_hidden = "", False
        try:
            for case in self._plan(executor):
                _charge_stray(connection, outcomes, ran)
                if case.visible and has_seen_hidden:  # of a challenge; its report shows everything
                    connection.close()
                has_seen_hidden = not case.visible
                found = known.find(case, outcomes, without=self.options.without) if known else None
                if found is None:
                    if case.id not in self._proven:  # in a regrade: with it the others that run at least
                        others = [each for each in self._plan(executor) if known and not known.has(each)]
                        self._prove_first(executor, cache, list(dict.fromkeys([*others, case])))
                    found = self.run_case(executor, case, connection, outcomes, mistakes=mistakes, cache=cache)
                    if connection.take_leftover():
                        _charge(outcomes, ran)
                    ran = case.id if connection.is_loaded else ""
                outcomes[case.id] = found
            _charge_stray(connection, outcomes, ran)
        finally:
            connection.close()  # before the report: no code of the submission may still run
        return list(outcomes.values())

    def _plan(self, executor: Executor) -> Sequence[Case]:
        """Return the cases of this run in order: those of its task, and those that they need."""
        return with_needed(executor.cases, of_task(executor.cases, self.options.task))

    def run_case(
        self,
        executor: Executor,
        case: Case,
        connection: Connection,
        before: Mapping[str, Outcome],
        *,
        mistakes: KnownMistakes | None = None,
        cache: OutcomeCache | None = None,
    ) -> Outcome:
        """Run one case on one submission, with the hint of a known mistake. ``before`` are the earlier outcomes."""
        done = executor.run(case, connection, before, cache=cache)
        outcome = done.outcome
        if done.run is not None:  # the outcome was not cached
            # A file that cannot be imported matches no known mistake, and a search would run all of them.
            hint = mistakes.hint(case, outcome, done.log) if mistakes and not connection.is_unloadable else ""
            outcome = replace(outcome, hint=hint, named=True) if hint else outcome
            if cache is not None:
                cache.keep(executor.seed, outcome, done.run)
        return executor.without_late_hint(case, outcome, before)


def _charge_stray(connection: Connection, outcomes: dict[str, Outcome], ran: str) -> None:
    """Let the case that ran last pay for what its worker sent and that answers nothing; the next gets a new worker."""
    if connection.drop_stray():
        _charge(outcomes, ran)


def _charge(outcomes: dict[str, Outcome], ran: str) -> None:
    """Let the case ``ran`` pay for bytes that its worker sent without a request; "" is none."""
    if ran and outcomes[ran].verdict is not Verdict.GRADER_ERROR:
        before = outcomes[ran]
        staff = f"Its worker sent bytes that answer nothing. Before: {before.verdict.value}. {before.staff}".rstrip()
        outcomes[ran] = Outcome(
            ran, Verdict.CRASHED, say("case.stray"), seconds=before.seconds, output=before.output, staff=staff
        )
