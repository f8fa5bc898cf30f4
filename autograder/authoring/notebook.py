"""Make one notebook of an assignment: the hand-out as text, the stub as code, the visible cases as test cells.

A test cell shows a visible case and runs it on the functions of the notebook (``grading/in_kernel.py``). No points are
given there; ``autograder grade`` takes the notebook as it takes a module and leaves the test cells out
(``course/notebook.py``). Equal assignments give equal bytes: every cell has an id that comes from its content.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from ..course import stubs
from ..course.assignment import Assignment
from ..errors import AutograderError, UsageError
from ..messages import DEFAULT

MAX_ID = 60  # characters; the format allows 64
_HEADING = re.compile(r"(?=^## )", re.MULTILINE)
_TASK = re.compile(r"## Tasks? (\d+)")  # also "## Tasks 6 and 7: along an axis"
_NUMBER = re.compile(r"Task (\d+):")  # of a stub's NotImplementedError
SETUP = """\
# Run this cell first. It needs a kernel with the grader (the folder .venv of this repository), and this folder.
# The test cells below give no points. They use the names of test_visible.py, which lies in this folder.
from autograder import check
"""


def notebook(assignment: Assignment) -> tuple[str, bytes]:
    """Return file name and content of the notebook of an assignment.

    Raises:
        AssignmentError: a stub cannot be made.
        UsageError: the assignment has several modules, or is an adopted suite.
        AutograderError: nbformat is not installed.
    """
    if assignment.adopted:
        raise UsageError(
            f"{assignment.slug} is an adopted suite, whose tests are no cells of a notebook. Release it without "
            "--notebooks."
        )
    if len(assignment.modules) != 1:
        raise UsageError(
            f"{assignment.slug} has {len(assignment.modules)} modules, and a notebook is one. Release it without "
            "--notebooks."
        )
    try:
        import nbformat
    except ImportError as exc:
        raise AutograderError(
            "Notebooks need the package nbformat. Install it: .venv/bin/pip install -c constraints.txt nbformat"
        ) from exc
    v4: Any = nbformat.v4
    [(module, stub)] = stubs.texts(assignment).items()
    ids: set[str] = set()
    cells = [_made(v4, kind, id, text, ids) for kind, id, text in _cells(assignment, stub)]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    document = v4.new_notebook(cells=cells, metadata=python | {"language_info": {"name": "python"}})
    nbformat.validate(document)
    return f"{module}.ipynb", f"{v4.writes(document)}\n".encode()


def _made(v4: Any, kind: str, id: str, text: str, ids: set[str]) -> Any:
    """Return a cell. Its metadata are those of nbgrader (schema 3): an answer, or a cell that nobody should change."""
    name = _id(id, ids)
    if kind == "text":
        return v4.new_markdown_cell(text, id=name)
    roles = {"grade": False, "solution": kind == "answer", "locked": kind != "answer", "task": False}
    return v4.new_code_cell(text, id=name, metadata={"nbgrader": {"schema_version": 3, "grade_id": name, **roles}})


def _id(wanted: str, ids: set[str]) -> str:
    """Return an id of a cell that is not in ``ids``, and add it."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", wanted)
    if name != wanted or len(name) > MAX_ID or name in ids:
        digest = hashlib.sha256(f"{len(ids)} {wanted}".encode()).hexdigest()[:8]
        name = f"{name[: MAX_ID - 9]}-{digest}"
    ids.add(name)
    return name


def _cells(assignment: Assignment, stub: str) -> Iterator[tuple[str, str, str]]:
    """Yield kind ("text", "given", "answer", "test"), id and text of each cell.

    Both the sections of the hand-out and the definitions of the stub stay in their order. A section about a task comes
    before the first definition of that task, and its cases come after the last one.
    """
    numbers = {task.id: number for number, task in enumerate(assignment.tasks, start=1)}
    sections = [(number, f"text-{index}", text) for index, (number, text) in enumerate(_sections(assignment))]
    cases = list(_cases(assignment, numbers))
    parts = list(_parts(stub))
    while sections and not sections[0][0]:
        yield "text", *sections.pop(0)[1:]
    yield "given", "set-up", SETUP
    for index, (number, name, code) in enumerate(parts):
        while sections and 0 < sections[0][0] <= number:
            yield "text", *sections.pop(0)[1:]
        yield "answer" if number else "given", name, code
        if number and number not in {later for later, _, _ in parts[index + 1 :]}:
            yield from (("test", f"test-{case}", shown) for task, case, shown in cases if task == number)
    defined = {number for number, _, _ in parts if number}
    yield from (("test", f"test-{case}", shown) for task, case, shown in cases if task not in defined)
    yield from (("text", *section[1:]) for section in sections)


def _sections(assignment: Assignment) -> Iterator[tuple[int, str]]:
    """Yield the sections of the hand-out, each with the number of its first task, or 0."""
    own = assignment.folder / f"README.{assignment.language}.md"
    path = own if assignment.language != DEFAULT and own.is_file() else assignment.folder / "README.md"
    for section in _HEADING.split(path.read_text(encoding="utf-8")):
        if section.strip():
            found = _TASK.match(section)
            yield int(found[1]) if found else 0, section.strip("\n")


def _parts(stub: str) -> Iterator[tuple[int, str, str]]:
    """Yield the parts of a stub: number of the task or 0, name, and code. Together they are the whole stub.

    A part is a function or class with the comments above it, or all statements between two of them.
    """
    lines = stub.split("\n")
    start, body = 0, ast.parse(stub).body
    for index, node in enumerate(body):
        following = body[index + 1] if index + 1 < len(body) else None
        if not _is_definition(node) and following is not None and not _is_definition(following):
            continue
        end = len(lines) if following is None else node.end_lineno or node.lineno
        code = "\n".join(lines[start:end]).strip("\n")
        found = _NUMBER.search(code) if _is_definition(node) else None
        name = getattr(node, "name", f"given-{index}")
        yield int(found[1]) if found else 0, name, code
        start = end


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _cases(assignment: Assignment, numbers: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    """Yield number of the task, name and test cell of each visible case that is a function of its file."""
    source = assignment.visible_cases.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = (each for each in node.decorator_list if isinstance(each, ast.Call) and each.args)
            tasks = [each.args[0].value for each in marks if isinstance(each.args[0], ast.Constant)]
            number = next((numbers[task] for task in tasks if task in numbers), 0)
            shown = ast.get_source_segment(source, node) or ""
            yield number, node.name.removeprefix("test_"), f"@check\n{shown}"
