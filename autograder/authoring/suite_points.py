"""Give the tests of an adopted suite their tasks and points."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from ..course.suite import SuiteTest
from .suite_trial import TriedTest

PointsRule = Literal["total", "per-test", "mark"]
RULES: tuple[PointsRule, ...] = ("total", "per-test", "mark")
TOTAL = 100  # points of the assignment under the rule "total"
HUNDREDTHS = 100  # of a point: the tests differ by one at most, so that their sum is the total
DECIMALS = 8  # of the points of a test, as in a report
UNMARKED = 1.0  # points of a test without a mark, beside tests with marks


def assigned(
    tests: Sequence[TriedTest], sources: Mapping[str, bytes], rule: PointsRule | None
) -> tuple[list[SuiteTest], dict[str, str]]:
    """Return the tests with tasks and points, and the title of each task, in the order of the tests.

    Without a ``rule``, marks count if there are any; otherwise the tests share 100 points, equal to a hundredth.
    """
    rule = rule or ("mark" if any(test.marks.points for test in tests) else "total")
    names = _definitions(sources)
    tasks = _tasks(tests, names)
    found = []
    each, left = divmod(TOTAL * HUNDREDTHS, len(tests) or 1)
    for number, test in enumerate(tests):
        points = (each + (number < left)) / HUNDREDTHS if rule == "total" else 1.0
        if rule == "mark":
            points = test.marks.points or UNMARKED
        title = f"{test.marks.number}) {_words(test.id)}" if test.marks.number else ""
        found.append(SuiteTest(test.id, tasks[test.id], round(points, DECIMALS), title, not test.marks.hidden))
    titles = {task: _title(task) for task in dict.fromkeys(tasks.values())}
    return sorted(found, key=lambda test: list(titles).index(test.task)), titles


def _tasks(tests: Sequence[TriedTest], names: Sequence[str]) -> dict[str, str]:
    """Return the task of each test: from its mark, its number, the function that it names, its class, or its file."""
    return {test.id: _task(test, names) for test in tests}


def _task(test: TriedTest, names: Sequence[str]) -> str:
    if test.marks.task:
        return test.marks.task
    if test.marks.number:
        number = test.marks.number.partition(".")[0].strip()
        return f"q{number}" if number.isdigit() else number
    file, *parts = test.id.split("::")
    for part in [*reversed(parts), file.rpartition("/")[2].removesuffix(".py").removeprefix("test_")]:
        if named := _named(part, names):
            return named
    if len(parts) > 1:
        return parts[0].removeprefix("Test") or parts[0]
    return re.sub(r"^test_|_test$", "", file.rpartition("/")[2].rpartition(".")[0]) or "tests"


def _named(part: str, names: Sequence[str]) -> str:
    """Return the longest name of the student's modules that the name of a test or class contains as whole words."""
    plain = _plain(part)
    found = [name for name in names if f"_{_plain(name)}_" in f"_{plain}_"]
    return max(found, key=len, default="")


def _plain(name: str) -> str:
    """Return a name in small letters with its words joined by underscores: "TestAffineLayer" is test_affine_layer."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^\w]", "_", name).lower().strip("_")


def _definitions(sources: Mapping[str, bytes]) -> list[str]:
    """Return the public functions and classes of the student's modules."""
    found: list[str] = []
    for data in sources.values():
        try:
            body = ast.parse(data).body
        except (SyntaxError, ValueError):
            continue
        found += [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [name for name in found if not name.startswith("_")]


def _words(id: str) -> str:
    name = id.rpartition("::")[2].rpartition("/")[2]
    return name.removesuffix(".py").removeprefix("test_").removeprefix("test").replace("_", " ").strip() or name


def _title(task: str) -> str:
    if found := re.fullmatch(r"(?:q|question|task|problem|part|exercise|ex)_?(\d\w*)", task, re.IGNORECASE):
        kind = "Task" if task.lower().startswith("task") else "Question"
        return f"{kind} {found[1].replace('_', '.')}"
    return task
