"""The pytest plug-in: fixtures and marks of a case, the plan, and one outcome per case.

Cases are genuine pytest functions, collected once and run again for every submission. Student code is never imported
here: ``student`` is a handle to a worker.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import math
import os
import re
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from ..checks.compare import CaseFailed, as_array, is_tensor
from ..errors import CaseError, DataError, SandboxError
from ..messages import say, translate
from ..model import Case, Measure, Mismatch, Outcome, Verdict
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from ..student.handle import CaseLog, StudentCode
from ..student.replay import Departed

FIXTURES = frozenset({"student", "reference", "rng", "device", "measure"})
_Plain = tuple[Callable[..., None], Mapping[str, Any], Sequence[str]]


def task(
    id: str, *, points: float, needs: Sequence[str] = (), hint: str = "", call_s: float | None = None
) -> pytest.MarkDecorator:
    """Mark a pytest function as a case of task ``id``.

    ``points`` are split evenly over the parameter sets of a parametrised function. ``needs`` names cases that must
    pass first (otherwise this one is SKIPPED). ``hint`` is shown when the case fails and nothing better is known.
    ``call_s`` replaces the assignment's limit for a single call, in seconds: training takes longer than a formula.
    CaseError for points that are no positive number, and for ``needs`` in one string.
    """
    if not isinstance(points, int | float) or not 0 < points < math.inf:
        raise CaseError(f"@task({id!r}, points={points!r}): give a number of points above 0.")
    if isinstance(needs, str):
        raise CaseError(f'@task({id!r}): needs is a tuple of cases; write needs=("{needs}",).')
    return pytest.mark.task(id, points=points, needs=tuple(needs), hint=hint, call_s=call_s)


class GradingPlugin:
    """Collects the plan, then hands control to ``serve``; runs single cases for it.

    ``reference`` is the trusted solution module, or None on a student's machine. ``seed`` may be changed between two
    cases; ``call_s`` holds the limit of a single call, in seconds, of the cases that have one of their own.
    """

    def __init__(
        self,
        serve: Callable[[GradingPlugin], None],
        *,
        tasks: Sequence[str],
        hidden: Path | None,
        reference: Any,
        seed: int,
        device: str,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.plan: tuple[Case, ...] = ()
        self.failure: BaseException | None = None
        self._serve = serve
        self._tasks = tasks
        self._hidden = hidden
        self._reference = reference
        self.seed = seed
        self._device = device
        self._without = without
        self._items: dict[str, pytest.Item] = {}
        self._plain: dict[str, _Plain] = {}
        self._neighbours: dict[str, pytest.Item | None] = {}
        self._hints: dict[str, str] = {}
        self.call_s: dict[str, float | None] = {}
        self._faults: list[str] = []
        self._constants = Constants([])
        self._fixtures: dict[object, Constants] = {}
        self._case_in_hand: Case | None = None
        self._connection: Connection | None = None
        self._raised: BaseException | None = None
        self._called = False
        self._measured: Measure | None = None

    # --- pytest's side

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "task(id, points, needs, hint, call_s): the task of a case")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:  # a file that skips itself would take its cases out of the plan
            self._faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve submissions instead of running the items once; whatever goes wrong is raised by :meth:`check`."""
        try:
            if self._faults:
                raise CaseError("The cases cannot be collected.\n" + "\n".join(self._faults), slug="case-collection")
            self._make_plan(session.items)
            self._serve(self)
        except BaseException as exc:
            self.failure = exc
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what was raised and make a bare report: pytest's rendering of tracebacks costs milliseconds a case."""
        if call.excinfo is not None and self._raised is None:
            self._raised = call.excinfo.value
        self._called = self._called or call.when == "call"
        failed = call.excinfo is not None
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if failed else "passed",
            longrepr=None,
            when=cast(Literal["setup", "call", "teardown"], call.when),
            duration=call.duration,
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """Remember what a fixture of a class, module or session made: submission after submission is given it."""
        made = yield
        if fixturedef.scope != "function":
            self._fixtures[fixturedef] = Constants([{"made": made}])
        return made

    @pytest.fixture
    def student(self) -> StudentCode:
        """The submission, as if it were the student's module."""
        return cast(StudentCode, self._given("student"))

    @pytest.fixture
    def reference(self) -> Any:
        """The solution's module, in this trusted process; for hidden cases only."""
        return self._given("reference")

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """A generator that depends on the run's seed and on the case, on nothing else."""
        return cast(np.random.Generator, self._given("rng"))

    @pytest.fixture
    def device(self) -> str:
        """Where tensors of this run live: "cuda" when the machine has it, else "cpu"."""
        return self._device

    @pytest.fixture
    def measure(self) -> Callable[..., None]:
        """Record a number beside the verdict: ``measure("accuracy", 0.97)``; the last call of a case counts."""
        return cast(Callable[..., None], self._given("measure"))

    def _given(self, fixture: str) -> Any:
        assert self._connection is not None and self._case_in_hand is not None
        if fixture == "student":
            return StudentCode(self._connection)
        if fixture == "rng":
            return rng_of(self.seed, self._items[self._case_in_hand.id].name)
        if fixture == "device":
            return self._device
        if fixture == "measure":
            return self._measure
        if self._reference is None or self._case_in_hand.visible:
            raise CaseError("A visible case uses `reference`, which no student has. Write the wanted value into it.")
        return self._reference

    def _measure(self, name: str, value: Any, unit: str = "", *, smaller_is_better: bool = False) -> None:
        self._measured = measured(name, value, unit, smaller_is_better=smaller_is_better)

    # --- the plan

    def _make_plan(self, items: Sequence[pytest.Item]) -> None:
        sets: dict[tuple[str, str], int] = {}
        for item in items:
            sets[_function_of(item)] = sets.get(_function_of(item), 0) + 1
        plan: list[Case] = []
        for item in items:
            case = self._case(item, share=sets[_function_of(item)])
            if case.id in self._items:
                raise CaseError(f"{item.nodeid}: another case is named {case.id}. Rename one of them.")
            for needed in case.needs:
                if needed not in self._items and needed not in self._without:
                    raise CaseError(f"{item.nodeid} needs {needed}, which is no case before it.")
            if case.id not in self._without:
                self._items[case.id] = item
                plan.append(case)
        if not plan:
            raise CaseError("There is no case. Write test functions with @task above them.", slug="case-none")
        self.plan = tuple(plan)
        self._constants = Constants(list(_namespaces(items, self._reference)))
        for case in plan:
            self._neighbours[case.id] = self._neighbour(self._items[case.id])
            if (plain := self._as_function(self._items[case.id])) is not None:
                self._plain[case.id] = plain

    def _as_function(self, item: pytest.Item) -> _Plain | None:
        """A case that asks for nothing but our fixtures and plain parameters: its function, the parameters, the names
        of the fixtures. None for one that needs what pytest does around a call: fixtures, marks, classes."""
        if not isinstance(item, pytest.Function) or item.cls is not None or inspect.iscoroutinefunction(item.obj):
            return None
        marks = list(item.iter_markers())
        if {mark.name for mark in marks} - {"task", "parametrize"} or any("indirect" in mark.kwargs for mark in marks):
            return None
        parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        fixtures = [name for name in item.fixturenames if name not in parameters]
        found = item._fixtureinfo.name2fixturedefs
        if any(getattr(found[name][-1].func, "__self__", None) is not self for name in fixtures if name in found):
            return None
        return (item.obj, parameters, fixtures) if set(fixtures) <= FIXTURES else None

    def _neighbour(self, item: pytest.Item) -> pytest.Item | None:
        """Another case of the same file: named as the next one, it keeps the fixtures of module and session alive."""
        return next(
            (other for other in self._items.values() if other.parent is item.parent and other is not item), None
        )

    def _case(self, item: pytest.Item, *, share: int) -> Case:
        mark = item.get_closest_marker("task")
        if mark is None or len(mark.args) != 1 or mark.kwargs.keys() != {"points", "needs", "hint", "call_s"}:
            raise CaseError(f"{item.nodeid} has no @task. Write @task(id, points=…) above it.", slug="case-task")
        if mark.args[0] not in self._tasks:
            raise CaseError(
                f"{item.nodeid}: assignment.toml has no task {mark.args[0]!r}; it has {', '.join(self._tasks)}.",
                slug="case-task",
            )
        id = item.name.removeprefix("test_")
        self._hints[id] = translate(mark.kwargs["hint"])
        self.call_s[id] = mark.kwargs["call_s"]
        return Case(
            id=id,
            task=mark.args[0],
            title=translate(_title(item)),
            points=mark.kwargs["points"] / share,
            visible=item.path != self._hidden,
            needs=mark.kwargs["needs"],
        )

    # --- one case

    def run(
        self, case: Case, connection: Connection, before: Mapping[str, Outcome], *, call_s: float | None = None
    ) -> tuple[Outcome, CaseLog]:
        """Run one case on one submission. ``before`` holds the outcomes of the cases that ran already.

        ``call_s`` takes the place of the case's own limit for a single call, in seconds. A case whose worker was lost
        in a way that the submission may not be to blame for is run once more, in a new worker; staff can read of it.
        """
        needs = [name for name in case.needs if name not in self._without]
        lacking = [name for name in needs if before[name].verdict is not Verdict.PASSED]
        if lacking:
            return _skipped(case, lacking, before), CaseLog()
        raised, log, seconds = self._run(case, connection, call_s)
        if not (isinstance(raised, StudentFault) and raised.again):
            return self._judge(case, raised, log, seconds, connection.known), log
        first = f"Run twice. The first time: {raised.verdict.value}, {raised.message}"
        raised, log, more = self._run(case, connection, call_s)
        outcome = self._judge(case, raised, log, seconds + more, connection.known)
        return replace(outcome, staff=f"{first}\n{outcome.staff}".strip()), log

    def remember(self, case: Case, outcome: Outcome, connection: Connection) -> None:
        """Keep what became of a case, with the hint that was found, for the submissions that answer alike.

        Only what follows from the answers alone: a measure does not, nor what is said of a line of the submission, nor
        the want of a hint after a case that took long.
        """
        told = outcome.verdict is Verdict.PASSED or (outcome.verdict is Verdict.FAILED and outcome.mismatch is not None)
        if told and not outcome.staff and outcome.measure is None and outcome.seconds < 1.0 and case.id in self._plain:
            connection.remember(replace(outcome, output=""))

    def _run(
        self, case: Case, connection: Connection, call_s: float | None
    ) -> tuple[BaseException | None, CaseLog, float]:
        """Run one case; return what it raised, what it did with the submission, and the seconds that it took."""
        own = self.call_s[case.id]
        connection.begin(case.id, call_s=call_s or own, secret=not case.visible, trains=own is not None)
        self._case_in_hand, self._connection = case, connection
        self._raised, self._called, self._measured = None, False, None
        started = time.perf_counter()
        item = self._items[case.id]
        try:
            if case.id in self._plain:
                self._call(*self._plain[case.id], connection)
            else:
                # Fixtures of module and session stay alive from one submission to the next; they cannot depend on
                # `student`.
                item.session._setupstate.teardown_exact(item)
                runtestprotocol(item, log=False, nextitem=self._neighbours[case.id])
        except pytest.exit.Exception as exc:  # meant for a whole session of pytest, and this one serves a class
            self._raised = exc
        if isinstance(self._raised, Departed):
            connection.depart()
        seconds = time.perf_counter() - started
        log = connection.finish()
        raised, self._raised, self._connection = self._raised, None, None
        if case.id not in self._plain:
            _forget_instance(item)
        for constants in (self._constants, *self._fixtures.values()):
            constants.restore()
        if isinstance(raised, Departed):
            return self._run(case, connection, call_s)
        return raised, log, seconds

    def _call(
        self,
        case: Callable[..., None],
        parameters: Mapping[str, Any],
        fixtures: Sequence[str],
        connection: Connection,
    ) -> None:
        """Do for a plain case what pytest's protocol comes down to, and spare the third of a millisecond it takes.

        A case that was judged on the very replies that came need not be called: it would see the same.
        """
        try:
            self._called = True
            if connection.perform() is None:
                given = {name: self._given(name) for name in fixtures}
                case(**parameters, **given)
        except (pytest.exit.Exception, KeyboardInterrupt):
            raise
        except BaseException as exc:
            self._raised = exc

    def _judge(
        self, case: Case, raised: BaseException | None, log: CaseLog, seconds: float, known: Outcome | None
    ) -> Outcome:
        if known is not None:  # the case was not called: it was judged on the same replies before
            return replace(known, seconds=seconds, output=log.output)

        def outcome(verdict: Verdict, message: str = "", **more: Any) -> Outcome:
            more.setdefault("hint", self._hints[case.id])
            more.setdefault("call", "" if verdict is Verdict.PASSED else log.current)
            more |= {"seconds": seconds, "output": log.output, "measure": self._measured}
            return Outcome(case.id, verdict, message=message, **more)

        if raised is None and self._called:
            return outcome(Verdict.PASSED, hint="", credit=1.0)
        match raised:
            case None:
                return outcome(Verdict.GRADER_ERROR, say("case.grader-error"), staff="pytest never called the case.")
            case StudentFault() | StudentRaised():
                return outcome(raised.verdict, raised.message, staff=raised.staff)
            case CaseFailed():
                hint = raised.hint or self._hints[case.id]
                call = log.call_of(raised.got, raised.item)
                return outcome(
                    Verdict.FAILED, raised.message, mismatch=raised.mismatch, credit=raised.credit, hint=hint, call=call
                )
            case pytest.fail.Exception():
                return outcome(Verdict.FAILED, mismatch=not_raised(str(raised)))
            case AssertionError():
                text = str(raised).strip() if case.visible else ""
                return outcome(Verdict.FAILED, text or say("case.assertion"), staff=str(raised))
            case pytest.skip.Exception():
                return outcome(Verdict.SKIPPED, str(raised) if case.visible else "", hint="", staff=str(raised))
            case SandboxError() | DataError():
                return outcome(Verdict.GRADER_ERROR, say("case.grader-error"), staff=str(raised))
            case _:
                # The case passes on the solution, so what broke it, a CaseError too, is what this submission returned.
                trace = "".join(traceback.format_exception(raised))
                return outcome(Verdict.FAILED, say("case.unusable", type=type(raised).__name__), staff=trace)


def measured(name: str, value: Any, unit: str = "", *, smaller_is_better: bool = False) -> Measure | None:
    """Return what a case records with ``measure(name, value, unit)``, the texts in the language in hand.

    None for a value that is no finite number: a submission may have made it, and a measure never decides a verdict.
    CaseError for a name or unit that is no text.
    """
    if not (isinstance(name, str) and name and isinstance(unit, str)):
        raise CaseError(f'measure({name!r}, …, {unit!r}): name and unit are texts; write measure("accuracy", value).')
    if is_tensor(value) or isinstance(value, np.ndarray):
        value = as_array(value)
        value = value[()] if value.ndim == 0 else None
    if not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    return Measure(translate(name), number, translate(unit), bool(smaller_is_better))


class Constants:
    """Keeps what the cases of every submission share (constants, parameters, what a fixture made) as it was.

    An argument that the student's code changed in place is changed for the case as well, as a local call would; if
    it is a constant of the case file, the next submission would meet it changed.
    """

    def __init__(self, namespaces: Sequence[Mapping[str, Any]]) -> None:
        self._containers: list[tuple[Any, Any]] = []
        self._tensors: list[tuple[Any, Any, int]] = []
        seen: set[int] = set()
        for namespace in namespaces:
            for name, value in namespace.items():
                if not name.startswith("__"):
                    self._keep(value, seen)

    def _keep(self, value: Any, seen: set[int]) -> None:
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            value.setflags(write=False)  # what comes back changed is then reported, and not written into it
        elif isinstance(value, (dict, list)):
            self._containers.append((value, value.copy()))
        elif type(value).__module__ == "torch" and hasattr(value, "_version"):
            self._tensors.append((value, value.detach().clone(), value._version))
        if isinstance(value, (dict, list, tuple)):
            for item in value.values() if isinstance(value, dict) else value:
                self._keep(item, seen)

    def restore(self) -> None:
        """Put back what the last case let a submission change."""
        for container, before in self._containers:
            if isinstance(container, list):
                container[:] = before
            else:
                container.clear()
                container.update(before)
        for i, (tensor, before, version) in enumerate(self._tensors):
            if tensor._version != version:
                tensor.detach().copy_(before)
                self._tensors[i] = (tensor, before, tensor._version)


def _namespaces(items: Sequence[pytest.Item], reference: Any) -> Iterator[Mapping[str, Any]]:
    """Everything that outlives a case: of its file, its class, its parameters, and of the solution's module."""
    for item in items:
        if isinstance(item, pytest.Function):
            yield vars(item.module)
            yield from (vars(cls) for cls in (item.cls.__mro__[:-1] if item.cls else ()))
            yield item.callspec.params if hasattr(item, "callspec") else {}
    if reference is not None:
        yield vars(reference)


def rng_of(seed: int, case: str) -> np.random.Generator:
    """Return the generator of one case in a run with this seed."""
    digest = hashlib.sha256(case.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])


def _function_of(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), getattr(item, "originalname", item.name)


def _title(item: pytest.Item) -> str:
    """The docstring's first line is what the student reads; without one, the name."""
    text = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip()
    if text:
        return str(text.splitlines()[0])
    return item.name.removeprefix("test_").replace("_", " ")


def _skipped(case: Case, lacking: list[str], before: Mapping[str, Outcome]) -> Outcome:
    """A case that needs one that broke through a fault of ours must not cost points either."""
    if any(before[name].verdict is Verdict.GRADER_ERROR for name in lacking):
        staff = f"It needs {', '.join(lacking)}, which broke."
        return Outcome(case.id, Verdict.GRADER_ERROR, message=say("case.grader-error"), staff=staff)
    return Outcome(case.id, Verdict.SKIPPED, message=say("case.skipped", needs=", ".join(lacking)))


def not_raised(text: str) -> Mismatch | None:
    """Read the wanted exceptions out of pytest's "DID NOT RAISE ValueError" or "DID NOT RAISE any of (A, B)"."""
    wanted = re.fullmatch(r"DID NOT RAISE (?:any of \((.*)\)|(.*))", text)
    if wanted is None:
        return Mismatch(kind="property", got=text, want="")
    # before pytest 9 they were written as <class 'ValueError'>
    names = re.findall(r"[\w.]+(?='>|,|$)", wanted[1] or wanted[2])
    either = functools.reduce(lambda one, other: say("case.either", one=one, other=other), names)
    return Mismatch(kind="exception", got=say("case.no-exception"), want=either)


def _forget_instance(item: pytest.Item) -> None:
    """pytest keeps the instance of a class-based case; what one submission leaves on it must not meet the next."""
    if getattr(item, "cls", None) is not None:
        for name in ("_instance", "_obj"):
            if hasattr(item, name):
                delattr(item, name)


def pytest_arguments(cases: Sequence[Path]) -> list[str]:
    """Return the arguments of the trusted pytest: our cases and nothing from the surroundings.

    The plug-ins that are left out cost time in every case or write files; none of them changes a verdict.
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
        f"--confcutdir={root}",  # else every folder above is listed, a home or /tmp with thousands of entries
        "-c",
        os.devnull,
    ]
    for name in left_out.split():
        arguments += ["-p", f"no:{name}"]
    return arguments
