"""The plan of an adopted suite: pytest's items become cases, each with its points from suite.toml."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from ..course.suite import TABLE, Suite, SuiteTest
from ..errors import CaseError
from ..model import Case
from .collection import CaseItem

DRAFT = "suite"  # the only task of a suite that is being adopted
_TASK = re.compile(r"(task|q|question|problem|prob|part|ex|exercise|p)_?\d\w*", re.IGNORECASE)
_POINTS = ("weight", "points", "score", "marks")


@dataclass(frozen=True, slots=True)
class TestMarks:
    """What the marks and decorators of a test say; None or "" where they say nothing."""

    __test__ = False

    points: float | None = None
    task: str = ""
    number: str = ""
    hidden: bool = False


def base_id(item: pytest.Item) -> str:
    """Return the id of a test without its parameters: "tests/test_add.py::TestAdd::test_shape"."""
    callspec = getattr(item, "callspec", None)
    return item.nodeid.removesuffix(f"[{callspec.id}]") if callspec is not None else item.nodeid


def line_of(item: pytest.Item) -> int:
    """Return the line at which a test begins, from 1."""
    return (item.location[1] or 0) + 1


def marks_of(item: pytest.Item) -> TestMarks:
    """Read the marks of pytest and the decorators of gradescope-utils on a test."""
    points, task = None, ""
    for mark in item.iter_markers():  # the nearest first
        argument = mark.args[0] if mark.args else None
        if mark.name in _POINTS and isinstance(argument, int | float) and argument > 0:
            points = float(argument) if points is None else points
        elif mark.name in ("task", "number", "question") and isinstance(argument, str | int):
            task = task or str(argument)
        elif _TASK.fullmatch(mark.name):
            task = task or mark.name
    function = getattr(item, "obj", item)
    weight = getattr(function, "__weight__", None)
    number = str(getattr(function, "__number__", "") or "")
    hidden = getattr(function, "__visibility__", "visible") != "visible"
    if isinstance(weight, int | float) and weight > 0:
        points = float(weight)
    return TestMarks(points, task, number, hidden)


def plan_suite(
    items: Sequence[pytest.Item], suite: Suite, *, all_tests: bool, without: Collection[str]
) -> dict[str, CaseItem]:
    """Return the cases of a suite by id, in the order of pytest, leaving out those in ``without``.

    Without ``all_tests`` there are the visible ones only. A suite without tests is being adopted: every item is a case.

    Raises:
        CaseError: an entry of suite.toml is no test of the suite, or no test is left.
    """
    tests = {test.id: test for test in suite.tests or _drafted(items)}
    found = {id: [item for item in items if base_id(item) == id] for id in tests}
    for id, sets in found.items():
        if not sets:
            raise CaseError(
                f"{TABLE}: {id} is no test of the suite. Correct its id, or remove its entry and its points.",
                slug="suite-test",
            )
    chosen = {id: sets for id, sets in found.items() if all_tests or tests[id].visible}
    if tests and not chosen:
        raise CaseError("All tests of this suite are hidden. Run it with --official.", slug="case-none")
    names = _short_names(tests)
    plan = {}
    for item in (item for item in items if base_id(item) in chosen):
        test, sets = tests[base_id(item)], chosen[base_id(item)]
        case = _case(item, test, names[test.id], share=len(sets))
        neighbour = next((each for each in items if each.parent is item.parent and each is not item), None)
        if case.id in without:
            continue
        plan[case.id] = CaseItem(case, item, "", None, True, frozenset(), None, neighbour)
    return plan


def _drafted(items: Iterable[pytest.Item]) -> list[SuiteTest]:
    return [SuiteTest(id, DRAFT, 1.0) for id in dict.fromkeys(map(base_id, items))]


def _case(item: pytest.Item, test: SuiteTest, name: str, *, share: int) -> Case:
    parameters = item.nodeid.removeprefix(test.id)
    title = test.title or title_of(item)
    return Case(f"{name}{parameters}", test.task, title, test.points / share, test.visible, ())


def title_of(item: pytest.Item) -> str:
    """Return the first line of a test's docstring, or its name in words."""
    text = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip()
    if text:
        return str(text.splitlines()[0])
    return _name(base_id(item)).replace("_", " ").strip()


def _name(id: str) -> str:
    return id.rpartition("::")[2].removeprefix("test_").removeprefix("test")


def _short_names(ids: Iterable[str]) -> Mapping[str, str]:
    """Return a name for each test that tells it from all others: of the function, with the class or file if needed."""
    longer = {id: list(_names(id)) for id in ids}
    names: dict[str, str] = {}
    for depth in range(3):
        counts = Counter(each[min(depth, len(each) - 1)] for each in longer.values())
        for id, each in longer.items():
            name = each[min(depth, len(each) - 1)]
            if id not in names and counts[name] == 1 and name not in names.values():
                names[id] = name
    return {id: names.get(id, id) for id in longer}


def _names(id: str) -> Iterator[str]:
    file, *parts = id.split("::")
    stem = file.rpartition("/")[2].rpartition(".")[0].removeprefix("test_")
    yield _name(id) or id
    yield ".".join([*parts[:-1], _name(id)])
    yield ".".join([stem, *parts[:-1], _name(id)])
