"""Run a visible case on the student's own file in this process, for a debugger (and for notebooks: ``in_kernel.py``).

Nowhere else do a case and a submission share a process. A debugger has to see both sides, so there is no wall. What the
wall protects must be out of reach: only visible cases are collected, only the file in the assignment's folder is run,
and this process can no longer open the folders of solutions.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..course import folders
from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.submission import Submission
from ..errors import SubmissionRejected, UsageError, did_you_mean
from ..messages import current_language, say
from ..model import Audience, Case, GraderInfo, Outcome, Report, SandboxInfo, Score, SubmissionInfo, Verdict
from ..reports import case_lines
from ..student.connection import Connection
from ..student.in_process import InProcess, without_limits
from ..student.source import ModuleSources
from . import environment, rubric
from .collection import needs_passed
from .connections import stub_parameters
from .execution import Executor
from .mistakes import may_have_hint
from .options import RunOptions
from .pytest_plugin import GradingPlugin, run_pytest
from .sealed_hints import SealedHints

Show = Callable[[str], None]
_OPTIONS = RunOptions(device="cpu")


def debug(assignment: Assignment, name: str, show: Show) -> None:
    """Run a visible case, or those of a task until one does not pass, and pass what they came to to ``show``.

    After this call the process cannot open the folders of solutions any more.

    Raises:
        UsageError: there is no such case or task, or the file cannot be opened. The message lists the cases.
        CaseError: the cases cannot be collected.
    """
    if assignment.adopted:
        raise UsageError(
            f"{assignment.slug} is an adopted suite, which has no cases to debug. Run its tests with pytest, "
            "next to your file."
        )
    root = assignment.folder.parent.parent
    for folder in {root / "solutions", folders.solutions_of(root)}:
        hide(folder)
    assignment = replace(assignment, solution=None)
    try:
        submission = submissions.open(assignment.folder, assignment)
    except SubmissionRejected as refusal:
        raise UsageError(refusal.message) from refusal

    def work(executor: Executor) -> None:
        chosen = choose(executor.cases, name, assignment)
        connection = connect(executor, assignment, _sources(assignment, submission))
        _visit(assignment)
        for case in chosen:
            outcome = run_case(executor, case, connection, assignment)
            if outcome.staff.endswith("BdbQuit: "):  # the student has left the debugger
                return
            show(text_of(assignment, case, outcome, submission.info()))
            if outcome.verdict is not Verdict.PASSED:
                break
        for note in (*submission.notes, *connection.notes()):
            show(note)

    collect(assignment, work)


def collect(assignment: Assignment, work: Callable[[Executor], None]) -> None:
    """Collect the visible cases of an assignment and pass their executor to ``work``.

    Raises:
        CaseError: the cases cannot be collected.
    """
    tasks, data = assignment.tasks, assignment.data
    plugin = GradingPlugin(work, tasks=tasks, hidden=None, reference=None, options=_OPTIONS, data=data)
    run_pytest([assignment.visible_cases.resolve()], plugin)
    if plugin.failure is not None:
        raise plugin.failure


def connect(executor: Executor, assignment: Assignment, sources: ModuleSources) -> Connection:
    """Return a connection to modules that run in this process."""
    spec = without_limits(environment.spec_of(assignment, _OPTIONS))
    supervisor = InProcess(lambda frame: executor.current_run().answer(frame))
    return Connection(sources, supervisor, spec, seed=_OPTIONS.seed)


def run_case(executor: Executor, case: Case, connection: Connection, assignment: Assignment) -> Outcome:
    """Run one case, as if all that it needs had passed. Its hint is that of ``make grade``."""
    done = executor.run(case, connection, needs_passed(case))
    if not may_have_hint(done.outcome, done.log):
        return done.outcome
    hint = SealedHints(assignment).hint(case, done.outcome, done.log)
    return replace(done.outcome, hint=hint or done.outcome.hint)


def choose(cases: tuple[Case, ...], name: str, assignment: Assignment) -> list[Case]:
    """Return the case with this name, all parameter sets of it, or the cases of the task with this name.

    Raises:
        UsageError: there is none. The message lists the cases.
    """
    name = name.removeprefix("test_")
    found = (
        [case for case in cases if case.id == name]
        or [case for case in cases if case.id.partition("[")[0] == name]
        or [case for case in cases if case.task == name]
    )
    if found:
        return found
    known = {case.id for case in cases} | {case.task for case in cases}
    guess = did_you_mean(name, sorted(known))
    tasks = dict.fromkeys(case.task for case in cases)
    rows = [f"  {task}: {', '.join(case.id for case in cases if case.task == task)}" for task in tasks]
    problem = f'{assignment.slug} has no visible case or task "{name}".{guess}' if name else "Name a case or a task."
    raise UsageError("\n".join([f"{problem} The visible cases, by task:", *rows]))


def hide(folder: Path) -> None:
    """Refuse to open anything below ``folder`` for the rest of this process, by import or as a file."""
    hidden = os.path.realpath(folder)

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir") or not isinstance(arguments[0], str | bytes):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path == hidden or path.startswith(hidden + os.sep):
            raise PermissionError(f"{path} is not available while debugging.")

    sys.addaudithook(refuse)


def _sources(assignment: Assignment, submission: Submission) -> ModuleSources:
    """Return the modules under the paths of their files, which a debugger opens to show the lines."""
    main = assignment.modules[0]
    return ModuleSources(
        main=main,
        modules=dict(_modules(assignment.folder, submission)),
        missing=submission.explain_missing(main) if main not in submission.modules else "",
        parameters=stub_parameters(assignment),
        place=submission.place,
        notebooks=submission.notebooks,
        unread=submission.unread,
    )


def _modules(folder: Path, submission: Submission) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for name, source in submission.modules.items():
        origin = submission.origins.get(name, f"{name}.py")
        # pdb asks for the lines of <...> from Python's cache, where the importer puts them
        yield name, (f"<{origin}>" if name in submission.notebooks else str(folder / origin), source)


def _visit(assignment: Assignment) -> None:
    """Make the assignment's folder the current one, for data files, and the last one to import helper modules from."""
    os.chdir(assignment.folder)
    sys.path.append(str(assignment.folder))


def text_of(assignment: Assignment, case: Case, outcome: Outcome, submission: SubmissionInfo) -> str:
    """Return what a student reads of a case that was run."""
    [line] = rubric.graded([case], [outcome])
    if line.verdict is Verdict.PASSED:
        return f"{say('verdict.passed').upper()}  {line.case}"
    report = Report(
        assignment=assignment.slug,
        title=assignment.title,
        tasks=(),
        submission=submission,
        score=Score(0.0, 0.0),
        outcomes=(line,),
        sandbox=SandboxInfo(complete=False),
        grader=GraderInfo(environment.version(), 0, "cpu"),
        language=current_language(),
    )
    audience = Audience.STAFF if line.verdict is Verdict.GRADER_ERROR else Audience.STUDENT
    return f"{line.case}  {case_lines.case_text(report, audience=audience)}"
