"""Tests that are no pytest functions: cells of a notebook, and files in otter's OK format. None is run here."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import CaseError, SubmissionRejected
from . import notebook

_OK_FORMAT = re.compile(rb"^(OK_FORMAT\s*=\s*True|test\s*=\s*\{)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TestCell:
    """A cell that tests: its number among the code cells, from 1, its name, its text, and its points if it says so."""

    __test__ = False

    number: int
    name: str
    text: str
    points: float | None = None


def is_test_cell(cell: str) -> bool:
    """Return whether a cell tests: it asserts something, and defines neither functions nor classes of its own."""
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return False
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)
    return not defines and any(isinstance(node, ast.Assert) for each in body for node in ast.walk(each))


def in_notebook(data: bytes) -> list[TestCell]:
    """Return the cells of a notebook that test; none if it is not a notebook.

    A cell that nbgrader grades by running it has the name and the points of its metadata.
    """
    try:
        cells = notebook.code_cells(data)
    except SubmissionRejected:
        return []
    metadata = _metadata(data)
    found: list[TestCell] = []
    for number, text in enumerate(cells, 1):
        graded = metadata[number - 1] if number <= len(metadata) else {}
        is_test = bool(graded.get("grade")) and not graded.get("solution")
        if not is_test and not is_test_cell(text):
            continue
        points, name = graded.get("points"), str(graded.get("grade_id") or f"cell_{number}")
        name = re.sub(r"\W+", "_", name)
        if name in (each.name for each in found):
            name = f"{name}_{number}"
        worth = float(points) if is_test and isinstance(points, int | float) and points > 0 else None
        found.append(TestCell(number, name, text, worth))
    return found


def _metadata(data: bytes) -> list[Mapping[str, Any]]:
    """Return what nbgrader says of each code cell."""
    cells = json.loads(data).get("cells", [])
    code = [cell for cell in cells if cell.get("cell_type") == "code"]
    found = [cell.get("metadata", {}).get("nbgrader", {}) for cell in code]
    return [each if isinstance(each, dict) else {} for each in found]


def is_ok_format(name: str, data: bytes) -> bool:
    """Return whether a file is a test in otter's OK format: it assigns a dictionary with suites to ``test``."""
    return name.endswith(".py") and bool(_OK_FORMAT.search(data)) and b"suites" in data


def ok_test(data: bytes, name: str) -> dict[str, Any]:
    """Return the test of a file in OK format.

    Raises:
        CaseError: the file does not assign a literal dictionary with suites to ``test``.
    """
    try:
        body = ast.parse(data, filename=name).body
        assigned = [each for each in body if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "test"]
        test = ast.literal_eval(assigned[-1].value)
        if all(isinstance(case["code"], str) for suite in test["suites"] for case in suite.get("cases", ())):
            return dict(test)
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        pass
    raise CaseError(f"{name}: test is no dictionary with suites and cases, as otter's OK format asks for. Correct it.")
