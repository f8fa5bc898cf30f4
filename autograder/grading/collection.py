"""The plan: pytest's items become cases, each with what is needed to run it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..errors import CaseError
from ..messages import translate
from ..model import Case, Outcome, Task, Verdict

DATA = "data"  # the fixture of a case that uses the data set of the run
FIXTURES = frozenset({"student", "reference", "rng", "device", "measure", DATA})
TASK_ARGUMENTS = frozenset({"points", "needs", "hint", "call_s", "in_place", "may_change"})


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A case that needs nothing of pytest but our fixtures and plain parameters, so that it can be called directly."""

    function: Callable[..., None]
    parameters: Mapping[str, Any]
    fixtures: Sequence[str]


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case and pytest's item for it.

    Attributes:
        hint: the author's own hint.
        call_s: the case's own limit of a single call, in seconds.
        in_place: whether a submission may change the arguments of its calls.
        may_change: the parameters whose arguments it may change.
        direct: how to call it without pytest; None if it needs what pytest does around a call.
        neighbour: another case of the same file. Named as the next item, it keeps the fixtures of module and session
            alive.
        uses_data: whether it asks for the data set of the run.
    """

    case: Case
    item: pytest.Item
    hint: str
    call_s: float | None
    in_place: bool
    may_change: frozenset[str]
    direct: DirectCall | None
    neighbour: pytest.Item | None
    uses_data: bool = False

    def forget_instance(self) -> None:
        """Drop the instance of a class-based case: what one submission left on it must not reach the next."""
        if getattr(self.item, "cls", None) is not None:
            for name in ("_instance", "_obj"):
                if hasattr(self.item, name):
                    delattr(self.item, name)


def plan_cases(
    items: Sequence[pytest.Item],
    *,
    tasks: Sequence[Task],
    hidden: Path | None,
    without: Collection[str],
    plugin: object,
    published: bool = False,
    data: str = "",
) -> dict[str, CaseItem]:
    """Return the cases among ``items`` by id, the visible ones first, leaving out those in ``without``.

    The cases of challenges come after all others: their time cannot cost the points of another case.

    ``hidden`` is the file of the hidden cases, ``plugin`` the object that defines our fixtures. After the hand-in the
    answers are ``published``: every case is a visible one. ``data`` is the data set of the run, or "".

    Raises:
        CaseError: an item has no task or an unknown one, two have one name, a needed case is missing, or there is none.
    """
    challenges = {task.id for task in tasks if task.challenge}
    # A visible case shows everything, so it runs before a worker has seen the inputs of a hidden one.
    items = sorted(items, key=lambda item: (_mark_of(item).args[0] in challenges, item.path == hidden))
    sets: dict[tuple[str, str], int] = {}
    for item in items:
        sets[_function_of(item)] = sets.get(_function_of(item), 0) + 1
    planned: dict[str, tuple[pytest.Item, Case]] = {}
    for item in items:
        case = _case_of(item, tasks=tasks, visible=published or item.path != hidden, share=sets[_function_of(item)])
        _check_points(item, case, challenges)
        if case.id in planned:
            raise CaseError(f"{item.nodeid}: another case is named {case.id}. Rename one of them.")
        for needed in case.needs:
            if needed not in planned and needed not in without:
                raise CaseError(f"{item.nodeid} needs {needed}, but no case before it has this name.")
        if case.id not in without:
            planned[case.id] = (item, case)
    if not planned:
        raise CaseError("There is no case. Write test functions with @task above them.", slug="case-none")
    return {
        id: CaseItem(
            case=case,
            item=item,
            hint=translate(_mark_of(item).kwargs["hint"]),
            call_s=_call_s(item, data),
            in_place=_mark_of(item).kwargs["in_place"],
            may_change=frozenset(_mark_of(item).kwargs["may_change"]),
            direct=_direct_call(item, plugin),
            uses_data=DATA in getattr(item, "fixturenames", ()),
            neighbour=next((each for each, _ in planned.values() if each.parent is item.parent and each != item), None),
        )
        for id, (item, case) in planned.items()
    }


def _check_points(item: pytest.Item, case: Case, challenges: Collection[str]) -> None:
    is_challenge = case.task in challenges
    if is_challenge and case.points:
        raise CaseError(f"{item.nodeid}: {case.task} is a challenge, which gives no points; write points=0.")
    if not is_challenge and not case.points:
        remedy = f"write a number above 0, or make {case.task} a challenge in assignment.toml."
        raise CaseError(f"{item.nodeid}: points is 0; {remedy}")


def _case_of(item: pytest.Item, *, tasks: Sequence[Task], visible: bool, share: int) -> Case:
    mark = _mark_of(item)
    ids = [task.id for task in tasks]
    if mark.args[0] not in ids:
        raise CaseError(
            f"{item.nodeid}: assignment.toml has no task {mark.args[0]!r}; it has {', '.join(ids)}.",
            slug="case-task",
        )
    return Case(
        id=item.name.removeprefix("test_"),
        task=mark.args[0],
        title=translate(_title(item)),
        points=mark.kwargs["points"] / share,
        visible=visible,
        needs=mark.kwargs["needs"],
    )


def _call_s(item: pytest.Item, data: str) -> float | None:
    """Return the case's own limit of a single call: one for all data sets, or that for ``data``."""
    limit: float | Mapping[str, float] | None = _mark_of(item).kwargs["call_s"]
    return limit.get(data) if isinstance(limit, Mapping) else limit


def _mark_of(item: pytest.Item) -> pytest.Mark:
    mark = item.get_closest_marker("task")
    if mark is None or len(mark.args) != 1 or mark.kwargs.keys() != TASK_ARGUMENTS:
        raise CaseError(f"{item.nodeid} has no @task. Write @task(id, points=…) above it.", slug="case-task")
    return mark


def _direct_call(item: pytest.Item, plugin: object) -> DirectCall | None:
    """Return how to call a case without pytest; None for one with other fixtures, with marks, or in a class."""
    if not isinstance(item, pytest.Function) or item.cls is not None or inspect.iscoroutinefunction(item.obj):
        return None
    marks = list(item.iter_markers())
    if {mark.name for mark in marks} - {"task", "parametrize"} or any("indirect" in mark.kwargs for mark in marks):
        return None
    parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    fixtures = [name for name in item.fixturenames if name not in parameters]
    found = item._fixtureinfo.name2fixturedefs
    if any(getattr(found[name][-1].func, "__self__", None) is not plugin for name in fixtures if name in found):
        return None
    return DirectCall(item.obj, parameters, fixtures) if set(fixtures) <= FIXTURES else None


def _function_of(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), getattr(item, "originalname", item.name)


def _title(item: pytest.Item) -> str:
    """Return the first line of the docstring, which the student reads; without one, the name."""
    text = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip()
    if text:
        return str(text.splitlines()[0])
    return item.name.removeprefix("test_").replace("_", " ")


def of_task(cases: Sequence[Case], task: str) -> list[Case]:
    """Return the cases of a task; "" means all tasks."""
    return [case for case in cases if task in ("", case.task)]


def needs_passed(case: Case) -> dict[str, Outcome]:
    """Return outcomes by which every case that this one needs has passed, for a run of the case alone."""
    return {needed: Outcome(needed, Verdict.PASSED) for needed in case.needs}


def with_needed(cases: Sequence[Case], wanted: Sequence[Case]) -> list[Case]:
    """Return the wanted cases and those that they need, in the order of ``cases``, where a case needs earlier ones."""
    names = {case.id for case in wanted}
    for case in reversed(cases):
        if case.id in names:
            names.update(case.needs)
    return [case for case in cases if case.id in names]
