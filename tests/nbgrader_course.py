"""nbgrader courses for tests: nbgrader's own example, and one whose students attack."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder.exchange import nbgrader_config

PACKAGE = Path(nbgrader.__file__).parent
GUIDE = PACKAGE / "docs" / "source" / "user_guide"
COURSE = "course101"


def example(root: Path) -> Path:
    """Copy nbgrader's example course, with the submissions of bitdiddle and hacker."""
    shutil.copytree(GUIDE / "source" / "ps1", root / "source" / "ps1")
    shutil.copytree(GUIDE / "submitted", root / "submitted")
    generate(root, "ps1")
    return root


def generate(root: Path, assignment: str) -> None:
    done = api(root).generate_assignment(assignment)
    assert done["success"], done.get("error")


def api(root: Path, *, ours: bool = True, exchange: Path | None = None, **traits: Any) -> NbGraderAPI:
    """nbgrader's Python interface on a course; ``traits`` are those of SecureExecute."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE
    if exchange is not None:
        config.Exchange.root = str(exchange)
    if ours:
        for name, classes in nbgrader_config.LISTS.items():
            config.Autograde[name] = list(classes)
        config.SecureExecute.update(traits)
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def validated(notebook: Path) -> int:
    """How many tests fail in ``nbgrader validate``, which runs the cells in a kernel."""
    with contextlib.chdir(notebook.parent):
        return len(Validator().validate(notebook.name).get("failed", []))


def gradebook(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root}/gradebook.db", COURSE)


@contextlib.contextmanager
def programs_on_path() -> Iterator[None]:
    """Let nbgrader find ``alembic``."""
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def scores(root: Path, assignment: str) -> dict[tuple[str, str], tuple[float | None, bool]]:
    """(student, cell) -> automatic score, and whether a person has to grade."""
    with gradebook(root) as book:
        return {
            (submission.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for submission in book.assignment_submissions(assignment)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def comments(root: Path, assignment: str) -> dict[tuple[str, str], str | None]:
    with gradebook(root) as book:
        return {
            (submission.student.id, comment.name): comment.auto_comment
            for submission in book.assignment_submissions(assignment)
            for notebook in submission.notebooks
            for comment in notebook.comments
        }


def totals(root: Path, assignment: str) -> dict[str, float]:
    with gradebook(root) as book:
        return {each.student.id: each.score for each in book.assignment_submissions(assignment)}


# --- notebooks


def cell(source: str, **flags: Any) -> dict[str, Any]:
    """A code cell; ``flags`` are nbgrader's metadata."""
    found: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
    found |= {"execution_count": None, "outputs": []}
    if flags:
        role = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, **flags}
        found["metadata"]["nbgrader"] = role
    return found


def answer(name: str, source: str) -> dict[str, Any]:
    return cell(source, grade_id=name, solution=True)


def check(name: str, source: str, points: float) -> dict[str, Any]:
    return cell(source, grade_id=name, grade=True, locked=True, points=points)


def manual(name: str, source: str, points: float) -> dict[str, Any]:
    return cell(source, grade_id=name, grade=True, solution=True, points=points)


def write(path: Path, cells: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(cells):
        each.setdefault("id", f"cell-{number}")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


# --- the course that is attacked

LAB = [
    cell("import numpy as np", grade_id="imports", locked=True),
    answer("double", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"),
    check(
        "test_double",
        "assert np.allclose(double(np.array([1.0, 2.0])), [2.0, 4.0])\n"
        "### BEGIN HIDDEN TESTS\n"
        "assert np.allclose(double(np.array([777.25, -3.0])), [1554.5, -6.0])\n"
        "### END HIDDEN TESTS",
        5,
    ),
    answer(
        "squares", "def squares(n):\n    ### BEGIN SOLUTION\n    return [i * i for i in range(n)]\n    ### END SOLUTION"
    ),
    check("test_squares", "assert squares(3) == [0, 1, 4]\nassert squares(1) == [0]", 5),
    answer("last", "def last(items):\n    ### BEGIN SOLUTION\n    return items[-1]\n    ### END SOLUTION"),
    check("test_last", "assert last([1, 2]) == 2\nassert last('ab') == 'b'", 5),
    check("test_shares", "points = 0\nfor n in (1, 2):\n    points += len(squares(n)) == n\npoints", 2),
    manual("essay", "# explain double", 3),
]
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "squares": "def squares(n):\n    return [i * i for i in range(n)]",
    "last": "def last(items):\n    return items[-1]",
    "essay": "'because 2 x = x + x'",
}


def lab(root: Path) -> Path:
    """Make a course with the assignment ``lab``, worth 20 points, without submissions."""
    write(root / "source" / "lab" / "lab.ipynb", [dict(each) for each in LAB])
    (root / "source" / "lab" / "data.csv").write_text("1,2\n")
    generate(root, "lab")
    return root


def submit(root: Path, student: str, *, before: str = "", **answers: str) -> Path:
    """Hand in the released notebook with these answers; the others are right. ``before`` is a cell at the top."""
    cells = read(root / "release" / "lab" / "lab.ipynb")
    texts = RIGHT | answers
    for each in cells:
        name = each["metadata"].get("nbgrader", {}).get("grade_id")
        if name in texts:
            each["source"] = texts[name]
    if before:
        cells.insert(0, {**cell(before), "id": "before"})
    folder = root / "submitted" / student / "lab"
    write(folder / "lab.ipynb", cells)
    (folder / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC")
    return folder


def submit_again(root: Path, student: str) -> None:
    """Hand in right answers, an hour after :func:`submit`."""
    folder = root / "submitted" / student / "lab"
    (folder / "lab.ipynb").unlink()
    (folder / "timestamp.txt").unlink()
    submit(root, student)
    (folder / "timestamp.txt").write_text("2026-11-20 11:00:00 UTC")
