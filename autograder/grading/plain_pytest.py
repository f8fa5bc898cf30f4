"""Visible cases under a pytest that the student started: from a terminal, or from the test explorer of an editor.

pytest collects and selects the cases, and shows the results. Each case runs as in a practice run of ``autograder
grade``: the same session, the same executor, and the file in the assignment's folder in a worker.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from ..course import assignment as assignments
from ..course import submission as submissions
from ..course import translation
from ..course.assignment import Assignment
from ..errors import AutograderError, SubmissionRejected
from ..messages import languages
from ..model import Audience, Case, GradedCase, Outcome, Score, SubmissionInfo, Verdict
from ..reports import case_lines
from ..workers.supervisor import Supervisor
from . import rubric
from .options import RunOptions
from .pytest_plugin import CasePlugin
from .sealed_hints import SealedHints
from .session import Session

_PLUGIN = "autograder-cases"


class CaseModule(pytest.Module):
    """The file of the visible cases of an assignment."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        try:
            assignment_of(self)  # an error in its folder is reported once, and not by every case
        except AutograderError as exc:
            raise self.CollectError(str(exc)) from exc
        return super().collect()

    def _getobj(self) -> Any:
        """Import the cases by their path.

        By default pytest would put the folder first on sys.path. Then ``import random`` could import a student's file,
        and there could be only one ``test_visible``.
        """
        options = self.config.option
        before, options.importmode = options.importmode, "importlib"
        try:
            return super()._getobj()  # type: ignore[no-untyped-call]
        finally:
            options.importmode = before


def case_module(path: Path, parent: pytest.Collector) -> CaseModule:
    """Return the collector of a ``test_visible.py``, and register the plug-in that runs its cases."""
    plugins = parent.config.pluginmanager
    if not plugins.has_plugin(_PLUGIN):
        plugins.register(PlainPytest(), _PLUGIN)
    module: CaseModule = CaseModule.from_parent(parent, path=path)
    return module


def assignment_of(module: CaseModule) -> Assignment:
    """Read the assignment of a file of cases.

    Raises:
        AssignmentError: its folder is wrong.
    """
    folder = module.path.parent
    return assignments.load(folder, root=folder.parent.parent)


class PlainPytest(CasePlugin):
    """Runs the cases of every :class:`CaseModule`, one submission at a time, and reports them to pytest."""

    def __init__(self) -> None:
        super().__init__()
        self._practice: _Practice | None = None
        self._supervisor: Supervisor | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a case and report it; leave every other item to pytest."""
        module = item.getparent(CaseModule)
        if module is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item, module):
            item.ihook.pytest_runtest_logreport(report=report)
        if nextitem is None or nextitem.getparent(CaseModule) is not module:
            self._end_practice()
        item.session._setupstate.teardown_exact(nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """End all processes."""
        self._end_practice()
        if self._supervisor is not None:
            self._supervisor.close()

    def _reports(self, item: pytest.Item, module: CaseModule) -> Iterator[pytest.TestReport]:
        """Yield what pytest expects of every item: a report of its setup, of the call and of its teardown."""
        yield _report(item, "setup", "passed")
        try:
            practice = self._begin_practice(module, item.session.items)
            yield practice.report(item)
        except AutograderError as exc:
            yield _report(item, "call", "failed", _Failure(str(exc), item, exc.message))
        finally:
            self.executor = None
        yield _report(item, "teardown", "passed")

    def _begin_practice(self, module: CaseModule, items: Sequence[pytest.Item]) -> _Practice:
        """Return the practice run of a file of cases, and make its executor the current one."""
        if self._practice is None or self._practice.module is not module:
            self._end_practice()
            if self._supervisor is None:
                self._supervisor = Supervisor()
            self._practice = _Practice(module, items, self, self._supervisor)
        self.executor = self._practice.executor
        return self._practice

    def _end_practice(self) -> None:
        practice, self._practice = self._practice, None
        if practice is not None:
            practice.close()


class _Practice:
    """The selected cases of one assignment, and the submission in its folder."""

    def __init__(
        self, module: CaseModule, items: Sequence[pytest.Item], plugin: CasePlugin, supervisor: Supervisor
    ) -> None:
        self.module = module
        self._assignment = assignment_of(module)
        self._outcomes: dict[str, Outcome] = {}
        self._has_shown_notes = False
        # Another plug-in may have changed the order, and a case stands below those that it needs.
        chosen = [item for item in items if item.getparent(CaseModule) is module]
        chosen.sort(key=lambda item: item.location[1] or 0)
        with self._language():
            self._session = Session(self._assignment, RunOptions(without=_unselected_needs(chosen)), supervisor)
            tasks = self._assignment.tasks
            self.executor = plugin.executor_of(chosen, tasks=tasks, options=self._session.options)
            try:
                submission = submissions.open(self._assignment.folder, self._assignment)
                self._student = self._session.connections.to(submission.modules, submission)
                self._info, self._notes, self._refusal = submission.info(), submission.notes, ""
            except SubmissionRejected as refusal:
                self._student = self._session.connections.to({})
                self._info, self._notes, self._refusal = SubmissionInfo(None, ""), (), refusal.message
        self._solution = self._session.connections.to_solution()
        self._open = contextlib.ExitStack()
        sealed = SealedHints(self._assignment)
        self._mistakes = self._open.enter_context(self._session.known_mistakes(self.executor, sealed=sealed))

    def report(self, item: pytest.Item) -> pytest.TestReport:
        """Run the case of ``item``, and return what pytest shows.

        Raises:
            CaseError: the case does not pass on the solution.
        """
        case = self.executor.plan[item.name.removeprefix("test_")].case
        with self._language(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the grader's computations, as in a practice run of the command
            return self._shown(item, rubric.graded([case], [self._outcome(case)])[0])

    def close(self) -> None:
        """End the workers."""
        self._open.close()
        self._student.close()
        if self._solution is not None:
            self._solution.close()

    def _language(self) -> contextlib.AbstractContextManager[None]:
        chosen = os.environ.get("AUTOGRADER_LANG", "")
        return translation.assignment_language(chosen if chosen in languages() else None, self._assignment)

    def _outcome(self, case: Case) -> Outcome:
        """Run a case once, after those that it needs."""
        if case.id not in self._outcomes:
            for needed in case.needs:
                if needed in self.executor.plan:
                    self._outcome(self.executor.plan[needed].case)
            self._outcomes[case.id] = self._run(case)
        return self._outcomes[case.id]

    def _run(self, case: Case) -> Outcome:
        if self._solution is not None:
            self._session.prove(self.executor, case, self._solution)
        if self._refusal:
            return Outcome(case.id, Verdict.ERRORED, message=self._refusal)
        return self._session.run_case(self.executor, case, self._student, self._outcomes, mistakes=self._mistakes)

    def _shown(self, item: pytest.Item, line: GradedCase) -> pytest.TestReport:
        if line.verdict is Verdict.PASSED:
            return _report(item, "call", "passed", seconds=line.seconds)
        is_open = line.verdict is Verdict.NOT_ATTEMPTED and not line.points  # a challenge is no work that is due
        if line.verdict is Verdict.SKIPPED or is_open:
            place = (str(item.path), item.location[1] or 0, line.message)
            return _report(item, "call", "skipped", place, seconds=line.seconds)
        notes = (*self._notes, *self._student.notes())
        report = replace(self._session.blank(self._info, Score(0.0, 0.0), notes), outcomes=(line,))
        audience = Audience.STAFF if line.verdict is Verdict.GRADER_ERROR else Audience.STUDENT
        failure = _Failure(case_lines.case_text(report, audience=audience), item, case_lines.case_line(line))
        sections = [("notes", "\n".join(notes))] if notes and not self._has_shown_notes else []
        self._has_shown_notes = True
        return _report(item, "call", "failed", failure, seconds=line.seconds, sections=sections)


def _unselected_needs(items: Sequence[pytest.Item]) -> frozenset[str]:
    """Return the cases that others need and that pytest does not run, because one case was selected by its name."""
    marks = [mark for item in items if (mark := item.get_closest_marker("task"))]
    needed = {need for mark in marks for need in mark.kwargs.get("needs", ())}
    return frozenset(needed - {item.name.removeprefix("test_") for item in items})


class _Failure(TerminalRepr):
    """A failed case as pytest prints it. ``reprcrash`` is for the last lines of its output, one for each failure."""

    def __init__(self, text: str, item: pytest.Item, summary: str) -> None:
        self.text = text
        self.reprcrash = ReprFileLocation(str(item.path), (item.location[1] or 0) + 1, summary)

    def toterminal(self, tw: TerminalWriter) -> None:
        tw.line(self.text)


def _report(
    item: pytest.Item,
    when: Literal["setup", "call", "teardown"],
    outcome: Literal["passed", "failed", "skipped"],
    shown: _Failure | tuple[str, int, str] | None = None,
    *,
    seconds: float = 0.0,
    sections: Sequence[tuple[str, str]] = (),
) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome=outcome,
        longrepr=shown,
        when=when,
        sections=list(sections),
        duration=seconds,
    )
