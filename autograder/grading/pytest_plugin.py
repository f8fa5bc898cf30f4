"""The pytest plug-in: the mark and the fixtures of a case, and the hooks that collect and run cases.

Cases are ordinary pytest functions, collected once and run for every submission. This process never imports student
code: ``student`` is a handle to a worker.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pytest

from ..errors import CaseError
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
    call_s: float | None = None,
    in_place: bool = False,
) -> pytest.MarkDecorator:
    """Mark a pytest function as a case of task ``id``.

    Args:
        points: of the case. A parametrised function splits them evenly over its parameter sets.
        needs: cases that must pass first; otherwise this case is SKIPPED.
        hint: shown when the case fails and no better hint is known.
        call_s: the limit of a single call in seconds, instead of the assignment's limit, for example for training.
        in_place: whether the student's code may change the arguments of its calls. The case then sees the changes, as
            after a local call. By default its arrays stay as they were, and a change costs a quarter of the points.

    Raises:
        CaseError: ``points`` is not a positive number, or ``needs`` is one string.
    """
    if not isinstance(points, int | float) or not 0 < points < math.inf:
        raise CaseError(f"@task({id!r}, points={points!r}): give a number of points above 0.")
    if isinstance(needs, str):
        raise CaseError(f'@task({id!r}): needs is a tuple of cases; write needs=("{needs}",).')
    return pytest.mark.task(id, points=points, needs=tuple(needs), hint=hint, call_s=call_s, in_place=in_place)


class GradingPlugin:
    """A plug-in that collects the plan and passes an :class:`~autograder.grading.execution.Executor` to ``serve``.

    ``failure`` is the exception that the collection or ``serve`` raised. ``reference`` is the trusted solution module,
    or None on a student's machine.
    """

    def __init__(
        self,
        serve: Callable[[Executor], None],
        *,
        tasks: Sequence[str],
        hidden: Path | None,
        reference: Any,
        options: RunOptions,
    ) -> None:
        self.failure: BaseException | None = None
        self.executor: Executor | None = None
        self._serve = serve
        self._tasks = tasks
        self._hidden = hidden
        self._reference = reference
        self._options = options
        self._collection_errors: list[str] = []
        self._constants = Constants()

    # --- hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "task(id, points, needs, hint, call_s, in_place): the task of a case")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:  # a skipped file would remove its cases from the plan
            self._collection_errors.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade submissions instead of running the items once. Store an exception in ``failure``."""
        try:
            if self._collection_errors:
                errors = "\n".join(self._collection_errors)
                raise CaseError(f"The cases cannot be collected.\n{errors}", slug="case-collection")
            self.executor = self._executor_of(session.items)
            self._serve(self.executor)
        except BaseException as exc:
            self.failure = exc
        return True

    def _executor_of(self, items: Sequence[pytest.Item]) -> Executor:
        options = self._options
        plan = plan_cases(items, tasks=self._tasks, hidden=self._hidden, without=options.without, plugin=self)
        self._constants = Constants(list(namespaces(items, self._reference)))
        return Executor(
            plan,
            self._constants,
            reference=self._reference,
            seed=options.seed,
            device=options.device,
            without=options.without,
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Store the exception and return a minimal report, because pytest needs milliseconds to render a traceback."""
        assert self.executor is not None and self.executor.attempt is not None
        attempt = self.executor.attempt
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
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """Store the value of a class, module or session fixture, because every submission receives it."""
        value = yield
        if fixturedef.scope != "function":
            self._constants.keep_fixture(fixturedef, value)
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
    def measure(self) -> Callable[..., None]:
        """Record a number in addition to the verdict: ``measure("accuracy", 0.97)``. The last call of a case counts."""
        return cast(Callable[..., None], self._value_of("measure"))

    def _value_of(self, fixture: str) -> Any:
        assert self.executor is not None
        return self.executor.fixture(fixture)


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
