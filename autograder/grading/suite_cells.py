"""Tests that are no functions: cells of a notebook that assert, and files in otter's OK format.

They are the instructor's, and run on the trusted side. Their names are those of the student's module.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

from ..checks.assertions import CaseFailed
from ..course import test_cells
from ..course.ipython import replace_commands

MAX_SHOWN = 2000  # characters of what an example printed


class Namespaces(Protocol):
    """Makes the globals of a cell: names of the student's modules, and those that the cell defines."""

    def namespace(self) -> dict[str, Any]: ...


def collector_of(path: Path, text: bytes, parent: pytest.Collector, names: Namespaces) -> pytest.Collector | None:
    """Return the collector of a notebook or of a file in OK format; None for an ordinary file."""
    kind: type[_CellFile] | None = None
    if path.suffix == ".ipynb":
        kind = NotebookFile
    elif test_cells.is_ok_format(path.name, text):
        kind = OkFile
    if kind is None:
        return None
    file = kind.from_parent(parent, path=path)
    file.names, file.text = names, text
    return file


class _CellFile(pytest.File):
    names: Namespaces
    text: bytes  # read before: a test may not open a notebook of this name, which is the student's


class NotebookFile(_CellFile):
    """A notebook: each code cell that asserts something, and defines nothing, is a test."""

    def collect(self) -> Iterator[pytest.Item]:
        for cell in test_cells.in_notebook(self.text):
            item = CellItem.from_parent(self, name=f"test_{cell.name}")
            item.cell, item.names = cell, self.names
            yield item


class CellItem(pytest.Item):
    """One cell of a notebook that tests."""

    cell: test_cells.TestCell
    names: Namespaces

    @property
    def __weight__(self) -> float | None:
        return self.cell.points

    def runtest(self) -> None:
        lines = self.cell.text.split("\n")
        replace_commands(lines)
        text = "\n".join(lines)
        tree = ast.parse(text, filename=str(self.path))
        rewrite_asserts(tree, text.encode(), None, None)
        exec(compile(tree, str(self.path), "exec"), self.names.namespace())

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, f"cell {self.cell.number}"


class OkFile(_CellFile):
    """A file in OK format: each of its cases is a test."""

    def collect(self) -> Iterator[pytest.Item]:
        found = test_cells.ok_test(self.text, self.path.name)
        cases = [(suite, case) for suite in found["suites"] for case in suite.get("cases", ())]
        for number, (suite, case) in enumerate(cases, 1):
            item = OkItem.from_parent(self, name=f"test_{self.path.stem}_{number}")
            item.code = _code(suite.get("setup")) + _code(case["code"]) + _code(suite.get("teardown"))
            item.names = self.names
            item.__number__ = self.path.stem
            item.__visibility__ = "hidden" if case.get("hidden") else "visible"
            points = case.get("points", _share(found.get("points"), number - 1, len(cases)))
            item.__weight__ = points
            yield item


def _share(points: Any, index: int, count: int) -> float | None:
    """Return what one case is worth: an entry of a list of points, or an equal share of a number."""
    if isinstance(points, list):
        return points[index] if index < len(points) else None
    return points / count if isinstance(points, int | float) else None


def _code(text: Any) -> str:
    return f"{text.rstrip()}\n" if isinstance(text, str) and text.strip() else ""


class OkItem(pytest.Item):
    """One case in OK format: examples with what they print, as in a doctest."""

    code: str
    names: Namespaces
    __number__: str
    __visibility__: str
    __weight__: float | None

    def runtest(self) -> None:
        examples = doctest.DocTestParser().get_examples(self.code, self.name)
        test = doctest.DocTest(examples, {}, self.name, str(self.path), 0, None)
        test.globs = self.names.namespace()
        _Runner(verbose=False).run(test, out=lambda text: None, clear_globs=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, self.name


class _Runner(doctest.DocTestRunner):
    """Raises at the first example that fails."""

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        raise CaseFailed(message=f">>> {example.source.rstrip()}\n{_beginning(got)}\n!= {_beginning(example.want)}")

    def report_unexpected_exception(self, out: Any, test: doctest.DocTest, example: Any, exc_info: Any) -> None:
        raise exc_info[1]


def _beginning(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
