"""Collects the tests of an adopted suite once, and runs them on any number of submissions.

The suite runs in this process, unchanged. What it imports of the student's modules are handles (``student/module.py``)
that lead to the submission whose turn it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ..course.assignment import Assignment
from ..course.suite import Suite
from ..errors import CaseError, UsageError
from ..messages import say
from ..model import Outcome, Verdict
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from . import suite_cells
from .constants import Constants, namespaces
from .evidence import Attempt
from .execution import Execution, Executor
from .options import RunOptions
from .pytest_plugin import GradingPlugin, keeps_faults, run_trusted
from .suite_modules import SuiteModules
from .suite_plan import marks_of, plan_suite
from .suite_stage import SuiteStage, seed

_LEFT_OUT = (
    "terminal cacheprovider faulthandler unraisableexception threadexception warnings doctest junitxml stepwise "
    "pastebin setuponly setupplan"
)


class SuiteExecutor(Executor):
    """Runs the tests of a suite. Each test finds the submission whose turn it is in the modules of the student.

    Fixtures of class, module and session stay alive from one test to the next, as in plain pytest, unless they asked
    the submission something: its objects end with the test.
    """

    def __init__(self, *args: Any, stage: SuiteStage, modules: SuiteModules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shared_asks = False  # whether a fixture of class, module or session asked the submission something
        self._stage = stage
        self._modules = modules
        self._served: object = None

    def _call(self, attempt: Attempt) -> None:
        if attempt.raised is not None:
            super()._call(attempt)
            return
        item = attempt.item.item
        if self._served is not attempt.run.source:  # another submission
            with self._stage.inside():
                self._tear_down(item)
                self._stage.renew()
            self._served = attempt.run.source
        seed(attempt.run.own_seed)
        with self._stage.inside(), self._modules.of(attempt.run, self._stage.folder):
            self.shared_asks = False
            try:
                if self._modules.taken:
                    self._stage.import_again(item)
                super()._call(attempt)
            except ImportError as exc:  # of the second import
                attempt.raised = self._modules.lacking(exc)
            except (StudentFault, StudentRaised) as exc:
                attempt.raised = exc
            finally:
                if self.shared_asks:
                    self._tear_down(item)

    def _tear_down(self, item: pytest.Item) -> None:
        with contextlib.suppress(Exception):  # the test has its verdict already
            item.session._setupstate.teardown_exact(None)

    def _finished(self, case: Any, done: Attempt | Execution) -> Execution:
        """Return the outcome; that of a hidden test says nothing of what the test compared."""
        finished = super()._finished(case, done)
        words = [word for word in finished.log.words if word not in finished.outcome.staff]
        if words:
            staff = "\n".join(filter(None, [finished.outcome.staff, *words]))
            finished = replace(finished, outcome=replace(finished.outcome, staff=staff))
        if case.visible or finished.outcome.verdict is Verdict.PASSED:
            return finished
        return replace(finished, outcome=_veiled(finished.outcome))


def _veiled(outcome: Outcome) -> Outcome:
    if outcome.verdict is not Verdict.FAILED:
        return outcome
    compared = outcome.mismatch.got if outcome.mismatch else ""
    staff = "\n".join(filter(None, dict.fromkeys((outcome.message, compared, outcome.staff))))
    return replace(outcome, mismatch=None, hint="", message=say("case.assertion"), staff=staff)


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A file of a suite that pytest cannot collect, and its reason."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What the collection of a suite showed: files that failed, and values taken of the submission (file and line)."""

    failed: Sequence[Uncollected]
    taken: Sequence[str]


class SuitePlugin(GradingPlugin):
    """The plug-in that collects a suite.

    ``uncollected`` are the files of a suite that is being adopted which cannot be collected; in any other, such a file
    is an error.
    """

    def __init__(
        self, serve: Callable[[Executor], None], *, suite: Suite, stage: SuiteStage, modules: SuiteModules,
        connection: Connection, options: RunOptions, all_tests: bool,
    ) -> None:  # fmt: skip
        super().__init__(serve, tasks=(), hidden=None, reference=None, options=options)
        self.uncollected: list[Uncollected] = []
        self._suite = suite
        self._stage = stage
        self._modules = modules
        self._connection = connection
        self._all_tests = all_tests
        self._texts = {path: path.read_bytes() for path in stage.files}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.passed or self._suite.tests:
            super().pytest_collectreport(report)
        else:
            self.uncollected.append(Uncollected(report.nodeid.partition("::")[0], report.longreprtext))

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, Any, Any]:
        with self._stage.inside(), self._modules.collecting(self._connection, self._stage.folder):
            found = yield
        self._connection.close()
        self._stage.keep()
        return found

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        return None if file_path.suffix == ".py" else self._collector_of(file_path, parent)

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> Any:
        """Give a file in OK format its own collector; pytest would import it, and its name may be q3.5.py."""
        return self._collector_of(module_path, parent)

    def _collector_of(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        text = self._texts.get(path)
        return None if text is None else suite_cells.collector_of(path, text, parent, self._modules)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None, Any, Any]:
        """Note whether a fixture that outlives a test asks the submission something."""
        executor = self.executor
        if fixturedef.scope == "function" or not isinstance(executor, SuiteExecutor) or executor.attempt is None:
            with keeps_faults(fixturedef, request):
                value = yield
            if fixturedef.argname == "tmp_path":
                self._modules.files.temporary = str(value)
            return value
        before = self._modules.asked
        try:
            with keeps_faults(fixturedef, request):
                value = yield
        finally:
            executor.shared_asks = executor.shared_asks or self._modules.asked != before
        if not executor.shared_asks:
            executor.constants.keep_fixture(fixturedef, value)
        return value

    def executor_for(self, items: Sequence[pytest.Item]) -> Executor:
        options = self._options
        if any(marks_of(item).hidden for item in items):
            self._modules.sends_source = False
        return SuiteExecutor(
            plan_suite(items, self._suite, all_tests=self._all_tests, without=options.without),
            Constants(list(namespaces(items, None)), writable=True),
            reference=None,
            seed=options.seed,
            device=options.device,
            without=options.without,
            stage=self._stage,
            modules=self._modules,
        )


def run_suite(plugin: SuitePlugin, stage: SuiteStage) -> None:
    """Run pytest on the tests of a suite, with its conftest.py and without configuration."""
    if "[" in str(stage.folder) or "::" in str(stage.folder):
        raise UsageError(f"{stage.folder}: pytest cannot be given a path that holds [ or ::. Set TMPDIR to another.")
    arguments = [*map(str, stage.files), "-s", "--import-mode=prepend", "-c", os.devnull]
    arguments += [f"--rootdir={stage.folder}", f"--confcutdir={stage.folder}"]
    for name in _LEFT_OUT.split():
        arguments += ["-p", f"no:{name}"]
    run_trusted(arguments, plugin)


def collect_adopted(
    assignment: Assignment, work: Callable[[Executor], None], *, connect: Callable[[], Connection], options: RunOptions
) -> Collected:
    """Collect the suite of an assignment and call ``work`` with its executor. Exceptions of ``work`` propagate.

    The submission to which ``connect`` connects stands for all others while the suite is imported.

    Raises:
        CaseError: the tests cannot be collected, or this machine does not have them.
    """
    suite = assignment.suite
    if suite is None:
        raise CaseError(
            f"{assignment.slug}: all tests are hidden, and this machine does not have them. They run when the course "
            "staff grades.",
            slug="case-none",
        )
    modules = SuiteModules(assignment)
    with SuiteStage(suite) as stage:
        plugin = SuitePlugin(
            work,
            suite=suite,
            stage=stage,
            modules=modules,
            connection=connect(),
            options=options,
            all_tests=options.official or assignment.published,
        )
        run_suite(plugin, stage)
    if plugin.failure is not None:
        raise plugin.failure
    if plugin.executor is None:
        raise CaseError(f"pytest ended before it collected {', '.join(suite.test_files)}.", slug="case-collection")
    return Collected(tuple(plugin.uncollected), modules.taken)
