"""The pytest plug-in: the mark and the fixtures of a case, and the hooks that collect and run cases.

Cases are ordinary pytest functions, collected once and run for every submission. This process never imports student
code: ``student`` is a handle to a worker.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pytest
from _pytest import unittest

from ..checks.datasets import Digits
from ..course import data_sets
from ..errors import CaseError, UsageError
from ..model import Task
from ..student.faults import StudentFault
from ..student.handle import StudentCode
from .collection import plan_cases
from .constants import Constants, namespaces
from .execution import Executor
from .options import RunOptions


def task(
    id: str,
    *,
    points: float,
    needs: Sequence[str] = (),
    hint: str = "",
    call_s: float | Mapping[str, float] | None = None,
    in_place: bool = False,
    may_change: Sequence[str] = (),
) -> pytest.MarkDecorator:
    """Mark a pytest function as a case of task ``id``.

    Args:
        points: of the case; 0 if the task is a challenge. A parametrised function splits them evenly over its
            parameter sets.
        needs: cases that must pass first; otherwise this case is SKIPPED.
        hint: shown when the case fails and no better hint is known.
        call_s: the limit of a single call in seconds, instead of the assignment's limit, for example for training; or
            such limits by the names of data sets, such as ``{"mnist": 240.0}``, for a case that uses ``data``.
        in_place: whether the student's code may change the arguments of its calls. The case then sees the changes, as
            after a local call. By default its arrays stay as they were, and a change costs a quarter of the points.
        may_change: the parameters of the student's functions whose arguments may change, as with ``in_place``: those
            that the hand-out says are updated, such as ``("config",)``. A change of any other one costs points.

    Raises:
        CaseError: ``points`` is not a number of 0 or more, ``needs`` or ``may_change`` is one string, or ``call_s``
            names no data set.
    """
    if not isinstance(points, int | float) or not 0 <= points < math.inf:
        raise CaseError(f"@task({id!r}, points={points!r}): give a number of points above 0.")
    if isinstance(needs, str):
        raise CaseError(f'@task({id!r}): needs is a tuple of cases; write needs=("{needs}",).')
    if isinstance(may_change, str):
        raise CaseError(f'@task({id!r}): may_change is a tuple of parameters; write may_change=("{may_change}",).')
    if isinstance(call_s, Mapping) and (wrong := [name for name in call_s if name not in data_sets.NAMES]):
        raise CaseError(
            f"@task({id!r}): call_s has a limit for {wrong[0]!r}; the data sets are {', '.join(data_sets.NAMES)}."
        )
    return pytest.mark.task(
        id,
        points=points,
        needs=tuple(needs),
        hint=hint,
        call_s=call_s,
        in_place=in_place,
        may_change=tuple(may_change),
    )


class CasePlugin:
    """The fixtures of the cases, and the hooks around each case. ``executor`` runs the current case."""

    def __init__(self) -> None:
        self.executor: Executor | None = None

    # --- hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line(
            "markers", "task(id, points, needs, hint, call_s, in_place, may_change): the task of a case"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Store the exception and return a minimal report, because pytest needs milliseconds to render a traceback."""
        attempt = self.executor.attempt if self.executor is not None else None
        if attempt is None:
            return None  # not a case
        if isinstance(item, unittest.TestCaseFunction):
            unittest.pytest_runtest_makereport(item, call)  # unittest hands failures over, and raises nothing
        if call.excinfo is not None and attempt.raised is None:
            attempt.raised = call.excinfo.value
        attempt.called = attempt.called or call.when == "call"
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if call.excinfo is None else "failed",
            longrepr=None,
            when=cast(Literal["setup", "call", "teardown"], call.when),
            duration=call.duration,
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None, Any, Any]:
        """Store the value of a class, module or session fixture, because every submission receives it.

        A fixture that a verdict has ended begins again in the next case.
        """
        with keeps_faults(fixturedef, request):
            value = yield
        if fixturedef.scope != "function" and self.executor is not None:
            self.executor.constants.keep_fixture(fixturedef, value)
        return value

    # --- fixtures

    @pytest.fixture
    def student(self) -> StudentCode:
        """The submission, as if it were the student's module."""
        return cast(StudentCode, self._value_of("student"))

    @pytest.fixture
    def reference(self) -> Any:
        """The solution's module, in this trusted process; for hidden cases only."""
        return self._value_of("reference")

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """A generator that depends only on the run's seed and on the case."""
        return cast(np.random.Generator, self._value_of("rng"))

    @pytest.fixture
    def device(self) -> str:
        """The device for the tensors of this run: "cuda" if the machine has it, otherwise "cpu"."""
        return cast(str, self._value_of("device"))

    @pytest.fixture
    def data(self) -> Digits:
        """The data set of this run, digits28 or MNIST: arrays of its own for every case, and its name."""
        return cast(Digits, self._value_of("data"))

    @pytest.fixture
    def measure(self) -> Callable[..., None]:
        """Record a number in addition to the verdict: ``measure("accuracy", 0.97)``. The last call of a case counts."""
        return cast(Callable[..., None], self._value_of("measure"))

    def _value_of(self, fixture: str) -> Any:
        if self.executor is None:
            raise CaseError(f"The fixture {fixture} is for the visible cases of an assignment.")
        return self.executor.fixture(fixture)

    def executor_of(
        self,
        items: Sequence[pytest.Item],
        *,
        tasks: Sequence[Task],
        options: RunOptions,
        hidden: Path | None = None,
        reference: Any = None,
        published: bool = False,
        data: str = "",
    ) -> Executor:
        """Return an executor of the cases among ``items``; see :func:`~autograder.grading.collection.plan_cases`.

        Raises:
            CaseError: the plan of the cases is wrong.
        """
        plan = plan_cases(
            items,
            tasks=tasks,
            hidden=hidden,
            without=options.without,
            plugin=self,
            published=published,
            data=data,
        )
        return Executor(
            plan,
            Constants(list(namespaces(items, reference))),
            reference=reference,
            seed=options.seed,
            device=options.device,
            without=options.without,
            published=published,
            data=data,
        )


class GradingPlugin(CasePlugin):
    """A plug-in that collects the plan and passes an :class:`~autograder.grading.execution.Executor` to ``serve``.

    ``failure`` is the exception that the collection or ``serve`` raised. ``reference`` is the trusted solution module,
    or None on a student's machine.
    """

    def __init__(
        self,
        serve: Callable[[Executor], None],
        *,
        tasks: Sequence[Task],
        hidden: Path | None,
        reference: Any,
        options: RunOptions,
        published: bool = False,
        data: str = "",
    ) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self._serve = serve
        self._tasks = tasks
        self._hidden = hidden
        self._reference = reference
        self._options = options
        self._published = published
        self._data = data
        self.collection_errors: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:  # a skipped file would remove its cases from the plan
            self.collection_errors.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade submissions instead of running the items once. Store an exception in ``failure``."""
        try:
            if self.collection_errors:
                errors = "\n".join(self.collection_errors)
                raise CaseError(f"The cases cannot be collected.\n{errors}", slug="case-collection")
            self.executor = self.executor_for(session.items)
            self._serve(self.executor)
        except BaseException as exc:
            self.failure = exc
        return True

    def executor_for(self, items: Sequence[pytest.Item]) -> Executor:
        """Return the executor of the collected cases.

        Raises:
            CaseError: the plan of the cases is wrong.
        """
        return self.executor_of(
            items,
            tasks=self._tasks,
            options=self._options,
            hidden=self._hidden,
            reference=self._reference,
            published=self._published,
            data=self._data,
        )


@contextlib.contextmanager
def keeps_faults(fixturedef: Any, request: Any) -> Iterator[None]:
    """Let pytest know a verdict that ends a fixture, which is no Exception: it would not tear such a fixture down."""
    try:
        yield
    except StudentFault as fault:
        fixturedef.cached_result = None, fixturedef.cache_key(request), (fault, fault.__traceback__)
        raise


def pytest_arguments(cases: Sequence[Path]) -> list[str]:
    """Return the arguments of the trusted pytest: our cases, and no configuration from the environment.

    The disabled plug-ins take time in every case or write files. None of them changes a verdict.
    """
    left_out = (
        "terminal capture logging cacheprovider faulthandler unraisableexception threadexception warnings doctest "
        "junitxml stepwise pastebin debugging setuponly setupplan recwarn legacypath"
    )
    root = os.path.commonpath([path.parent for path in cases])
    arguments = [str(path) for path in cases]
    arguments += [
        "--noconftest",
        "--import-mode=importlib",
        f"--rootdir={root}",
        f"--confcutdir={root}",  # otherwise pytest lists every parent folder, such as a home with thousands of entries
        "-c",
        os.devnull,
    ]
    for name in left_out.split():
        arguments += ["-p", f"no:{name}"]
    return arguments


def run_pytest(files: Sequence[Path], plugin: GradingPlugin) -> None:
    """Run pytest in this process, with our plug-in only and without configuration from the environment."""
    for path in files:
        if "[" in str(path) or "::" in str(path):
            raise UsageError(f"{path}: pytest cannot be given a path that holds [ or ::. Rename that folder.")
    paths = {str(path) for path in files}
    try:
        run_trusted(pytest_arguments(files), plugin)
    finally:
        for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) in paths]:
            del sys.modules[name]  # or pytest would use them for the next assignment


def run_trusted(arguments: Sequence[str], plugin: GradingPlugin) -> None:
    """Run pytest with these arguments, without variables and plug-ins of the environment."""
    before = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    for name in before:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        pytest.main(list(arguments), plugins=[plugin])
    finally:
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        os.environ.update(before)
