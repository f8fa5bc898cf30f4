"""Suites in the shape of published ones (``data/adopt``), adopted for a test, and answers to them."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.authoring import adopt as adoption
from autograder.authoring.adopt import Adopted
from autograder.authoring.suite_points import PointsRule
from autograder.course import submission as submissions
from autograder.course.assignment import Assignment
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

SUITES = Path(__file__).parent / "data" / "adopt"
SLUG = "15-adopted"

HOMEWORK = """
    import numpy as np

    LIMIT = 3


    def double(x):
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION
"""

ALWAYS_EQUAL = """
class Anything:
    def __init__(self, *args, **kwargs):
        pass

    def _same(self, *args, **kwargs):
        return Anything()

    def _true(self, *args):
        return True

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = _true
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __pow__ = __neg__ = _same
    __getitem__ = __getattr__ = __call__ = __abs__ = __enter__ = _same

    def __hash__(self):
        return 1

    def __len__(self):
        return 1

    def __float__(self):
        return 1.0

    def __iter__(self):
        return iter([Anything()])

    def __exit__(self, *args):
        return True
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a suite, and return its folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def adopted(
    path: Path, supervisor: Supervisor, *, module: str | None = None, rule: PointsRule | None = None,
    solution: Path | None = None,
) -> Adopted:  # fmt: skip
    """Adopt a suite, in memory."""
    return adoption.adopt(path, SLUG, module=module, rule=rule, solution=solution, supervisor=supervisor)


def graded(
    assignment: Assignment, answers: Sequence[Path], supervisor: Supervisor, *, official: bool = True
) -> list[Report]:
    """Grade folders and files in one session; return the reports in order."""
    reports: list[Report] = []
    opened = [submissions.open(path, assignment, student=path.name) for path in answers]
    run = RunOptions(official=official, device="cpu", seed=3)
    grade(assignment, opened, reports.append, run=run, supervisor=supervisor)
    return reports


def always_equal(assignment: Assignment, folder: Path) -> Path:
    """Write an answer whose functions return objects that equal everything, and whose classes are such objects."""
    assert assignment.solution is not None
    for module in assignment.modules:
        source = (assignment.solution / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        lines = [ALWAYS_EQUAL]
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                lines.append(f"def {node.name}(*args, **kwargs):\n    return Anything()\n")
            elif isinstance(node, ast.ClassDef):
                lines.append(f"class {node.name}(Anything):\n    pass\n")
        path = folder / f"{module.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(lines), encoding="utf-8")
    return folder
