"""One grading run: the cases are collected once, proven on the solution, and then run on any number of submissions.

Everything that is drawn depends on the run's seed and the case, so all submissions of a run meet the same inputs, and
what does not depend on a submission (numeric slopes, the behaviour of known mistakes) is computed once.
"""

from __future__ import annotations

import gc
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ..course import solution
from ..course.assignment import Assignment
from ..course.submission import Submission
from ..errors import CaseError, SandboxIncomplete, UsageError
from ..model import Case, GraderInfo, Outcome, Report, SandboxInfo, Score, SubmissionInfo, Verdict
from ..sandbox import jail
from ..sandbox.limits import Limits
from ..sandbox.student import CaseLog, Connection, Source, parameters_of
from ..sandbox.supervisor import Supervisor
from . import rubric
from .mistakes import KnownMistakes
from .pytest_plugin import GradingPlugin, pytest_arguments

Record = Callable[[Report], None]


@dataclass(frozen=True, slots=True)
class Run:
    """How to grade: ``official`` adds the hidden cases, ``seed`` fixes every draw, ``device`` is auto, cpu or cuda."""

    official: bool = False
    seed: int = 0
    device: str = "auto"


def grade(
    assignment: Assignment, submissions: Iterable[Submission], record: Record, *, run: Run, supervisor: Supervisor
) -> None:
    """Grade ``submissions`` one after the other and hand each report to ``record``.

    Raises CaseError (nothing recorded) when a case does not pass on the solution or raises by itself, AssignmentError
    when an official run lacks the solution, SandboxIncomplete when it lacks a layer, SandboxError when no worker can
    be started.
    """
    _Session(assignment, run, supervisor).serve(submissions, record)


def grade_one(assignment: Assignment, submission: Submission, *, run: Run, supervisor: Supervisor) -> Report:
    """Grade one submission; see :func:`grade`."""
    reports: list[Report] = []
    grade(assignment, [submission], reports.append, run=run, supervisor=supervisor)
    return reports[0]


class _Session:
    def __init__(self, assignment: Assignment, run: Run, supervisor: Supervisor) -> None:
        run = replace(run, device=_device(assignment, run.device))
        self._assignment = assignment
        self._run = run
        self._supervisor = supervisor
        self._limits = _limits(assignment, gpu=run.device == "cuda")
        self._prepared: dict[str, dict[Any, Any]] = {}
        self._parameters = _parameters(assignment)
        self._sandbox = _sandbox(official=run.official)
        self._solution = solution.modules(assignment) if assignment.solution or run.official else None
        self._mistakes = solution.mistakes(assignment) if self._solution else []
        self._plugin: GradingPlugin | None = None

    def serve(self, submissions: Iterable[Submission], record: Record) -> None:
        """Collect, prove, grade, prove again."""

        def loop(plugin: GradingPlugin) -> None:
            self._plugin = plugin
            if self._run.official:
                self._check_points(plugin.plan)
            proof = self._prove()
            gc.collect()
            gc.freeze()  # the collection and the prepared values stay; the collector need not walk them again
            known = KnownMistakes(self._mistakes, plugin.plan, self._rehearse)
            graded = 0
            for submission in submissions:
                record(self._report(submission, known))
                graded += 1
            if graded > 1 and proof is not None and self._prove() != proof:
                raise CaseError(
                    "The solution's verdicts changed while the class was graded, so a case keeps something from one "
                    "submission to the next. Do not trust these reports; look for module-level state in the cases.",
                    slug="case-drift",
                )

        hidden = self._assignment.hidden_cases if self._run.official else None
        plugin = GradingPlugin(
            loop,
            tasks=[task.id for task in self._assignment.tasks],
            hidden=hidden and hidden.resolve(),
            reference=self._reference() if hidden else None,
            seed=self._run.seed,
            device=self._run.device,
        )
        files = [path.resolve() for path in (self._assignment.visible_cases, hidden) if path]
        _pytest_main(files, plugin)
        if plugin.failure is not None:
            raise plugin.failure
        if self._plugin is None:
            raise CaseError(f"pytest ended before it collected {files[0]}.", slug="case-collection")

    # --- the solution

    def _prove(self) -> list[tuple[str, Verdict]] | None:
        """Run every case on the solution, through the wall; CaseError unless all pass. None without a solution."""
        if self._solution is None:
            return None
        outcomes = self._outcomes(self._connect(self._solution))
        for outcome in outcomes:
            if outcome.verdict is not Verdict.PASSED:
                raise CaseError(_does_not_pass(self._assignment, outcome))
        return [(outcome.case, outcome.verdict) for outcome in outcomes]

    def _rehearse(self, case: Case, known: solution.Mistake) -> tuple[Outcome, CaseLog]:
        """Run one case on a known mistake, as if it had been handed in."""
        connection = self._connect(known.modules)
        try:
            assert self._plugin is not None
            passed = {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}
            return self._plugin.run(case, connection, passed)
        finally:
            connection.close()

    def _reference(self) -> ModuleType:
        """Import the solution's main module here: it is trusted, and hidden cases compute wanted values with it."""
        assert self._assignment.solution is not None
        path = self._assignment.solution / f"{self._assignment.modules[0]}.py"
        return _import(path, f"autograder_solution_{self._assignment.slug.replace('-', '_')}")

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
        connection = self._connect(submission.modules, submission)
        lines = rubric.graded(self._plugin.plan, self._outcomes(connection, known))
        return Report(
            assignment=self._assignment.slug,
            title=self._assignment.title,
            tasks=self._assignment.tasks,
            submission=submission.info(),
            score=rubric.score(lines),
            outcomes=lines,
            sandbox=self._sandbox,
            grader=GraderInfo(version=version(), seed=self._run.seed, device=self._run.device),
            official=self._run.official,
            complete=rubric.is_complete(lines),
            notes=submission.notes,
        )

    def _outcomes(self, connection: Connection, known: KnownMistakes | None = None) -> list[Outcome]:
        assert self._plugin is not None
        done: dict[str, Outcome] = {}
        try:
            for case in self._plugin.plan:
                outcome, log = self._plugin.run(case, connection, done)
                hint = known.hint(case, outcome, log) if known else ""
                done[case.id] = replace(outcome, hint=hint) if hint else outcome
        finally:
            connection.close()  # before anything is reported: nothing of the submission may still run
        return list(done.values())

    def _connect(self, modules: dict[str, bytes], submission: Submission | None = None) -> Connection:
        main = self._assignment.modules[0]
        missing = submission.explain_missing(main) if submission and main not in modules else ""
        source = Source(
            main=main,
            modules={name: (f"{name}.py", data) for name, data in modules.items()},
            missing=missing,
            parameters=self._parameters,
        )
        return Connection(
            source,
            self._supervisor,
            self._limits,
            torch=self._assignment.needs_torch,
            seed=self._run.seed,
            prepared=self._prepared,
        )


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


def _device(assignment: Assignment, wanted: str) -> str:
    """Resolve "auto": CUDA when the assignment uses torch and torch finds a device, else the CPU."""
    if wanted != "auto":
        return wanted
    driver = [*Path("/dev").glob("nvidia[0-9]*"), *Path("/dev").glob("dxg")]
    if not assignment.needs_torch or not driver:
        return "cpu"  # without looking into torch, whose import takes seconds
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


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


def _sandbox(*, official: bool) -> SandboxInfo:
    missing = jail.missing_layers()
    layers = tuple(layer for layer in jail.LAYERS if layer not in missing)
    if official and missing:
        raise SandboxIncomplete(
            f"Official grading needs every layer of the sandbox; missing here: {', '.join(missing)}. "
            "Grade on Linux, or without --official for practice."
        )
    return SandboxInfo(complete=not missing, layers=layers, missing=missing)


def _import(path: Path, name: str) -> ModuleType:
    """Import a trusted file under a private name."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickling inside the solution look it up
    spec.loader.exec_module(module)
    return module


def version() -> str:
    """The framework's version, as installed."""
    return importlib.metadata.version("autograder")


def rejected(assignment: Assignment, sentence: str, *, student: str | None, run: Run) -> Report:
    """The report of an upload that could not be opened: one sentence, no points.

    The possible points are the whole assignment's, since no case was even planned.
    """
    return Report(
        assignment=assignment.slug,
        title=assignment.title,
        tasks=assignment.tasks,
        submission=SubmissionInfo(student=student, sha256=""),
        score=Score(earned=0.0, possible=assignment.points),
        outcomes=(),
        sandbox=_sandbox(official=run.official),
        grader=GraderInfo(version=version(), seed=run.seed, device=_device(assignment, run.device)),
        official=run.official,
        notes=(sentence,),
    )
