"""Run a visible case on the functions of a notebook, in the kernel of the student. Nothing is graded here.

The notebook of a release has a test cell for each visible case (``authoring/notebook.py``). There is no wall: the case
and the functions share the kernel, as they do in ``autograder debug``. The kernel holds nothing but visible cases.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import Any

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..errors import UsageError
from ..guest.standins import Absent, Silent
from ..messages import languages
from ..model import Case, SubmissionInfo, Verdict
from ..student.source import ModuleSources
from . import debugging
from .connections import stub_parameters
from .execution import Executor
from .notebook_points import points

_OF_IPYTHON = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open", "check", "points_of"})


class NotPassed(AssertionError):
    """A visible case that did not pass. A notebook shows its text without a traceback of the framework."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def check(case: FunctionType) -> FunctionType:
    """Run a visible case on the functions and classes of this notebook, and return it.

    ``case`` has the name of a case of ``test_visible.py`` in the current folder. If its text was changed, the changed
    case runs, with the names of that file.

    Raises:
        NotPassed: the case did not pass; the message is the report of the case.
        UsageError: the current folder is not that of an assignment, or it has no such case.
    """
    assignment = _assignment()
    chosen = os.environ.get("AUTOGRADER_LANG", "")
    with (
        translation.assignment_language(chosen if chosen in languages() else None, assignment),
        _imports_restored(assignment),
    ):
        debugging.collect(assignment, lambda executor: _run(executor, case, assignment))
    return case


def points_of(case: FunctionType | str, recorded: str | None = None, seed: int = 0) -> float:
    """Return the points of a case on the functions of this notebook, for a test cell of nbgrader.

    ``case`` is a visible case, or the text of a hidden one, with what the reference returned at release. What the case
    came to is printed.

    Raises:
        NotPassed: the case earns no points; the message is the report of the case.
        UsageError: the current folder is not that of an assignment, or it has no such case.
    """
    assignment = _assignment()
    name = case if isinstance(case, str) else case.__name__.removeprefix("test_")
    with translation.assignment_language(None, assignment), _imports_restored(assignment):
        done = points(
            name,
            assignment,
            lambda executor: debugging.connect(executor, assignment, _sources(assignment)),
            recorded=recorded,
            seed=seed,
        )
        texts = [
            debugging.text_of(assignment, each, outcome, SubmissionInfo(None, "")) for each, outcome in done.outcomes
        ]
    if not done.earned:
        raise NotPassed("\n".join(texts))
    print(*texts, sep="\n")
    return done.earned


def _assignment() -> Assignment:
    folder = Path.cwd()
    if not (folder / "assignment.toml").is_file():
        raise UsageError(
            f"{folder} is not the folder of an assignment. Open the notebook where the release has it, for example in "
            "assignments/05-logistic, and start its kernel there."
        )
    return assignments.load_folder(folder)


def _run(executor: Executor, function: FunctionType, assignment: Assignment) -> None:
    chosen = debugging.choose(executor.cases, function.__name__, assignment)
    if _is_changed(function, assignment):
        _replace(executor, chosen, function)
    connection = debugging.connect(executor, assignment, _sources(assignment))
    for case in chosen:
        outcome = debugging.run_case(executor, case, connection, assignment)
        outcome = replace(outcome, snippet=_without_import(outcome.snippet, assignment.modules[0]))
        text = debugging.text_of(assignment, case, outcome, SubmissionInfo(None, ""))
        if outcome.verdict is not Verdict.PASSED:
            raise NotPassed(text)
        print(text)


def _sources(assignment: Assignment) -> ModuleSources:
    """Return a module that has the names of the notebook."""
    main = assignment.modules[0]
    names = [name for name in vars(sys.modules["__main__"]) if name.isidentifier() and not name.startswith("_")]
    source = "".join(f"from __main__ import {name}\n" for name in names if name not in _OF_IPYTHON)
    parameters = stub_parameters(assignment)
    return ModuleSources(main=main, modules={main: (f"{main}.ipynb", source.encode())}, parameters=parameters)


def _without_import(snippet: str, module: str) -> str:
    """Return a snippet for a notebook, which has the functions already and no module."""
    return "\n".join(line for line in snippet.split("\n") if not line.startswith(f"from {module} import "))


# --- the text of a case


def _is_changed(function: FunctionType, assignment: Assignment) -> bool:
    """Return whether a test cell differs from the file of the visible cases."""
    source = assignment.visible_cases.read_text(encoding="utf-8")
    try:
        shown = _normal(ast.parse(textwrap.dedent(inspect.getsource(function))).body[0])
    except (OSError, SyntaxError, IndexError):
        return True
    return shown not in map(_normal, ast.parse(source).body)


def _normal(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    return ast.dump(node)


def _replace(executor: Executor, cases: list[Case], function: FunctionType) -> None:
    """Run a changed case in place of the one of the file, with the names of the file."""
    plan = dict(executor.plan)
    for case in cases:
        item: Any = plan[case.id].item
        changed = FunctionType(function.__code__, item.obj.__globals__, function.__name__, function.__defaults__)
        item.obj = changed
        if direct := plan[case.id].direct:
            plan[case.id] = replace(plan[case.id], direct=replace(direct, function=changed))
    executor.plan = plan


@contextlib.contextmanager
def _imports_restored(assignment: Assignment) -> Iterator[None]:
    """Undo what loading a submission does to the imports of this process: a kernel goes on afterwards."""
    finders = list(sys.meta_path)
    modules = {name: sys.modules[name] for name in assignment.modules if name in sys.modules}
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in [name for name, each in sys.modules.items() if isinstance(each, Silent | Absent)]:
            del sys.modules[name]
        for name in assignment.modules:
            sys.modules.pop(name, None)
        sys.modules.update(modules)
