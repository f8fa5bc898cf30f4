"""Make one notebook of an assignment: the hand-out as text, the stub as code, the visible cases as test cells.

A test cell shows a visible case and runs it on the functions of the notebook (``grading/in_kernel.py``). No points are
given there; ``autograder grade`` takes the notebook as it takes a module and leaves the test cells out
(``course/notebook.py``). Equal assignments give equal bytes: every cell has an id that comes from its content.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..course import stubs
from ..course.assignment import Assignment
from ..course.uses import asked_of_student
from ..errors import AutograderError, UsageError
from ..messages import DEFAULT
from . import case_texts

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
    check_fits(assignment)
    [(module, stub)] = stubs.texts(assignment).items()
    return f"{module}.ipynb", document(cells_of(assignment, stub))


def check_fits(assignment: Assignment) -> None:
    """Check that an assignment can be a notebook.

    Raises:
        UsageError: it has several modules, or is an adopted suite.
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


def document(cells: Iterable[Cell]) -> bytes:
    """Return a notebook with these cells.

    Raises:
        AutograderError: nbformat is not installed.
    """
    try:
        import nbformat
    except ImportError as exc:
        raise AutograderError(
            "Notebooks need the package nbformat. Install it: .venv/bin/pip install -c constraints.txt nbformat"
        ) from exc
    v4: Any = nbformat.v4
    ids: set[str] = set()
    made = [_made(v4, cell, ids) for cell in cells]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    whole = v4.new_notebook(cells=made, metadata=python | {"language_info": {"name": "python"}})
    nbformat.validate(whole)
    return f"{v4.writes(whole)}\n".encode()


def _made(v4: Any, cell: Cell, ids: set[str]) -> Any:
    """Return a cell. Its metadata are those of nbgrader (schema 3): an answer, or a cell that nobody should change."""
    name = _id(cell.id, ids)
    if cell.kind == "text":
        return v4.new_markdown_cell(cell.text, id=name)
    is_answer, is_graded = cell.kind == "answer", cell.points is not None
    roles: dict[str, Any] = {"grade": is_graded, "solution": is_answer, "locked": not is_answer, "task": False}
    roles |= {"points": cell.points} if is_graded else {}
    metadata: dict[str, Any] = {"nbgrader": {"schema_version": 3, "grade_id": name, **roles}}
    if cell.kind == "test" and not is_graded:
        metadata["tags"] = ["raises-exception"]  # "Run All" goes on after a case that does not pass
    return v4.new_code_cell(cell.text, id=name, metadata=metadata)


def _id(wanted: str, ids: set[str]) -> str:
    """Return an id of a cell that is not in ``ids``, and add it."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", wanted)
    if name != wanted or len(name) > MAX_ID or name in ids:
        digest = hashlib.sha256(f"{len(ids)} {wanted}".encode()).hexdigest()[:8]
        name = f"{name[: MAX_ID - 9]}-{digest}"
    ids.add(name)
    return name


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook. ``kind`` is "text", "given", "answer" or "test"; a cell with ``points`` is graded.

    ``uses`` are the names of a submission that the case of a test cell uses.
    """

    kind: str
    id: str
    text: str
    task: str = ""
    points: float | None = None
    uses: frozenset[str] = frozenset()


def cells_of(assignment: Assignment, stub: str) -> Iterator[Cell]:
    """Yield the cells of the notebook that students receive."""
    tests = [
        Cell("test", f"test-{name}", f"@check\n{text}", task, uses=uses)
        for task, name, text, uses in _cases(assignment)
    ]
    return _ordered(assignment, list(_parts(stub)), tests, SETUP)


def graded_cells(
    assignment: Assignment,
    stub: str,
    solution: str,
    *,
    setup: str,
    points: Mapping[str, float],
    hidden: Sequence[Cell],
) -> Iterator[Cell]:
    """Yield the cells of the notebook in which nbgrader grades, with the solution as answers.

    ``points`` are those of the visible cases, ``hidden`` the test cells of the others, in their order.
    """
    stubs_and_answers = zip(_parts(stub), _parts(solution), strict=True)
    parts = [(number, name, code) for (number, name, _), (_, _, code) in stubs_and_answers]
    tests = [
        Cell("test", f"test-{name}", f"{text}\n\n\npoints_of(test_{name})", task, points[name], uses)
        for task, name, text, uses in _cases(assignment)
    ]
    return _ordered(assignment, parts, [*tests, *hidden], setup)


def _ordered(
    assignment: Assignment, parts: Sequence[tuple[int, str, str]], tests: Sequence[Cell], setup: str
) -> Iterator[Cell]:
    """Yield the cells in order.

    Both the sections of the hand-out and the definitions of the stub stay in their order. A section about a task comes
    before the first definition of that task. Its cases come after the last one, and after all else that they use,
    so whoever runs the notebook from the top has defined it by then.
    """
    numbers = {task.id: number for number, task in enumerate(assignment.tasks, start=1)}
    sections = [
        (number, Cell("text", f"text-{index}", text)) for index, (number, text) in enumerate(_sections(assignment))
    ]
    defined = {number for number, _, _ in parts if number}
    after: dict[int, list[Cell]] = {}  # by the number of the part that they come after
    for cell in tests:
        own = numbers.get(cell.task, 0)
        used = [index for index, (number, name, _) in enumerate(parts) if number == own or name in cell.uses]
        after.setdefault(used[-1] if own in defined else len(parts), []).append(cell)
    while sections and not sections[0][0]:
        yield sections.pop(0)[1]
    yield Cell("given", "set-up", setup)
    for index, (number, name, code) in enumerate(parts):
        while sections and 0 < sections[0][0] <= number:
            yield sections.pop(0)[1]
        yield Cell("answer" if number else "given", name, code)
        yield from after.get(index, [])
    yield from after.get(len(parts), [])
    yield from (cell for _, cell in sections)


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
        while end < len(lines) and lines[end].startswith((" ", "\t")):  # comments at the end of a definition
            end += 1
        code = "\n".join(lines[start:end]).strip("\n")
        found = _NUMBER.search(code) if _is_definition(node) else None
        name = getattr(node, "name", f"given-{index}")
        yield int(found[1]) if found else 0, name, code
        start = end


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _cases(assignment: Assignment) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """Yield of each visible case that is a function of its file: task, name, text, and the names that it uses."""
    known = {task.id for task in assignment.tasks}
    whole = case_texts.texts(assignment.visible_cases)
    source = assignment.visible_cases.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = (each for each in node.decorator_list if isinstance(each, ast.Call) and each.args)
            tasks = [str(each.args[0].value) for each in marks if isinstance(each.args[0], ast.Constant)]
            task = next((each for each in tasks if each in known), "")
            name = node.name.removeprefix("test_")
            asked = frozenset(asked_of_student(ast.parse(whole[name])))
            yield task, name, ast.get_source_segment(source, node) or "", asked
