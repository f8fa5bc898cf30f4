"""Make stubs from solutions: every marked block becomes one line that names its function.

A solution marks what the student writes with two comments, each on its own line, inside a function or a method::

    def bce(p, y):
        \"\"\"Mean binary cross-entropy ...\"\"\"
        ### BEGIN SOLUTION
        ...
        ### END SOLUTION

In the stub, ``raise NotImplementedError("Task 3: bce")`` replaces the block. All other bytes stay the same. The id of
the task is the name of the enclosing top-level function or class. If a task consists of several functions, the blocks
of the others name the task: ``### BEGIN SOLUTION max_pool2d`` in ``avg_pool2d`` gives "Task 7: avg_pool2d".
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol, TypeGuard

from ..errors import AssignmentError
from ..model import Task
from .assignment import file_of

# "YOUR SOLUTION" and "YOUR CODE" are the markers of published courses that are adopted.
_MARKER = re.compile(r"### (?P<kind>BEGIN|END) (?:SOLUTION|YOUR SOLUTION|YOUR CODE)(?: (?P<task>\w+))?")
# A comment that resembles a marker must be one, because a misspelt marker would publish the answer.
_RESEMBLES = re.compile(r"\b(begin|end)[\s_-]*(solution|your[\s_-]*(solution|code))", re.IGNORECASE)

# Markers of published courses: "# BEGIN SOLUTION", "# *****START OF YOUR CODE (KEEP THIS)*****", "# BEGIN_YOUR_CODE".
_PUBLISHED = re.compile(
    r"#[#\s*=-]*(?:YOUR CODE )?(BEGIN|START|END)S?(?:[\s_-]OF)?[\s_-](?:(?:YOUR[\s_-])?(?:SOLUTION|CODE)|HERE)\b.*",
    re.IGNORECASE,
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Tasked(Protocol):
    """The part of an assignment that :func:`make_stub` needs."""

    @property
    def slug(self) -> str: ...

    @property
    def tasks(self) -> Sequence[Task]: ...

    @property
    def adopted(self) -> bool: ...


class OnDisk(Tasked, Protocol):
    """The part of an assignment that :func:`stale` and :func:`write` need."""

    @property
    def modules(self) -> Sequence[str]: ...

    @property
    def solution(self) -> Path | None: ...

    @property
    def solution_name(self) -> str: ...

    def stub(self, module: str, /) -> Path: ...


@dataclass(frozen=True, slots=True)
class _Marker:
    kind: str  # BEGIN or END
    task: str | None
    line: int  # from 1
    column: int


@dataclass(frozen=True, slots=True)
class _Block:
    begin: int  # the lines of the two markers, from 1
    end: int
    column: int
    task: str | None


def make_stub(source: str, assignment: Tasked, *, path: str) -> str:
    """Return ``source`` with every marked block replaced by a NotImplementedError that names its task and function.

    Docstrings, imports and signatures stay the same, and the result is valid Python. ``path`` is the name of the file
    in messages.

    Raises:
        AssignmentError: a marker is misspelt, unmatched or outside every task; a block is empty or not within one
            function; a name is defined twice; or Python cannot parse the source.
    """
    stub, _ = _convert(source, assignment, path)
    return stub


def stale(assignment: OnDisk) -> list[Path]:
    """List the stub files of ``assignment`` that are missing, or differ from the stubs of its solution.

    Raises:
        AssignmentError: see :func:`make_stub`; or a task has no marked block.
    """
    return [path for path, text in _stubs(assignment) if not path.is_file() or path.read_bytes() != text.encode()]


def why_stale(assignment: OnDisk) -> list[str]:
    """Return a sentence for each stale stub: its first line that differs, and the remedy.

    Raises:
        AssignmentError: see :func:`stale`.
    """
    made = dict(_stubs(assignment))
    sentences = []
    for path in stale(assignment):
        place, problem = f"assignments/{assignment.slug}/{path.name}", "the stub is missing"
        if path.is_file():
            found, wanted = path.read_bytes().split(b"\n"), made[path].encode().split(b"\n")
            pairs = zip_longest(found, wanted)
            place += f", line {next(number for number, (one, other) in enumerate(pairs, 1) if one != other)}"
            problem = "this is not the stub of the solution"
        sentences.append(f"{place}: {problem}; run autograder stubs {assignment.slug}.")
    return sentences


def write(assignment: OnDisk) -> list[Path]:
    """Write the stub files that are stale, and return their paths.

    Raises:
        AssignmentError: see :func:`stale`.
    """
    texts = dict(_stubs(assignment))
    changed = stale(assignment)
    for path in changed:
        try:
            path.write_bytes(texts[path].encode())
        except OSError as exc:
            shown = f"assignments/{assignment.slug}/{path.name}"
            raise AssignmentError(f"{shown} cannot be written ({exc.strerror}); check its permissions.") from exc
    return changed


def texts(assignment: OnDisk) -> dict[str, str]:
    """Return the stubs of ``assignment`` by their modules.

    Raises:
        AssignmentError: see :func:`stale`.
    """
    return {module: text for module, (_, text) in zip(assignment.modules, _stubs(assignment), strict=True)}


@dataclass(frozen=True, slots=True)
class Answer:
    """The part that a student writes: the lines between two markers (from 1, without the markers) and their task."""

    task: str
    first: int
    last: int


def answers(source: str, assignment: Tasked, *, path: str) -> list[Answer]:
    """List the marked blocks of ``source`` in order. Their task is "" in an adopted assignment: its tasks are no names.

    Raises:
        AssignmentError: see :func:`make_stub`.
    """
    tree = _parse(source, path)
    blocks = list(_blocks(_markers(source, path), path))
    if assignment.adopted:
        return [Answer("", block.begin + 1, block.end - 1) for block in blocks]
    numbers = {task.id: number for number, task in enumerate(assignment.tasks, start=1)}
    return [Answer(_task_of(block, tree, numbers, path)[0], block.begin + 1, block.end - 1) for block in blocks]


def marked_tasks(source: str, *, path: str) -> list[str]:
    """List the tasks that the marked blocks of ``source`` belong to, in the order of the file, without assignment.toml.

    Raises:
        AssignmentError: see :func:`make_stub`; or no block is marked, or a task is no function or class of the file, or
            one of two.
    """
    tree = _parse(source, path)
    places: dict[str, list[int]] = {}
    for node in tree.body:
        if _is_definition(node):
            places.setdefault(node.name, []).append(node.lineno)
    blocks = list(_blocks(_markers(source, path), path))
    tasks = dict.fromkeys(_task_of(block, tree, dict.fromkeys(places, 0), path)[0] for block in blocks)
    if not tasks:
        raise AssignmentError(
            f"{path}: no answer is marked. Put ### BEGIN SOLUTION and ### END SOLUTION around what students write in "
            "each function."
        )
    for task in tasks:
        if len(places[task]) > 1:
            lines = " and ".join(map(str, places[task]))
            raise AssignmentError(f"{path}, lines {lines}: two tasks would have the name {task}; rename one of them.")
    return list(tasks)


def _stubs(assignment: OnDisk) -> list[tuple[Path, str]]:
    if assignment.solution is None:
        raise AssignmentError(f"{assignment.slug} has no solution folder; a stub is made from the solution.")
    stubs = []
    hidden: set[str] = set()
    places: dict[str, str] = {}
    for module in assignment.modules:
        path = assignment.solution / file_of(module)
        name = f"{assignment.solution_name}/{file_of(module)}"
        if not path.is_file():
            raise AssignmentError(f"{name} is missing; write the solution of this module there.")
        source = _read(path, name)
        if assignment.adopted:
            stubs.append((assignment.stub(module), _adopted(source, assignment, module, name)))
            continue
        stub, tasks = _convert(source, assignment, name)
        places |= {
            node.name: f"{name}, line {node.lineno}" for node in _parse(source, name).body if _is_definition(node)
        }
        stubs.append((assignment.stub(module), stub))
        hidden |= tasks
    for task in () if assignment.adopted else assignment.tasks:
        if task.id not in hidden:
            raise AssignmentError(
                f"{places.get(task.id, assignment.solution_name)}: no block of task {task.id} is marked, so its "
                "answer would be handed out; put ### BEGIN SOLUTION and ### END SOLUTION around it."
            )
    return stubs


@dataclass(frozen=True, slots=True)
class _Marked:
    """The functions and classes of a module with marked blocks, as tasks: those of an adopted suite are no names."""

    slug: str
    tasks: Sequence[Task]
    adopted: bool = False


def adopted_stub(source: str, slug: str, *, path: str) -> str:
    """Return the stub of a module of an adopted assignment; "" if no answer is marked in it.

    Raises:
        AssignmentError: see :func:`make_stub`.
    """
    source = _with_our_markers(source)
    if not any(_markers(source, path)):
        return ""
    tasks = [Task(name, name, 1.0) for name in marked_tasks(source, path=path)]
    return _convert(source, _Marked(slug, tasks), path)[0]


def _adopted(source: str, assignment: OnDisk, module: str, path: str) -> str:
    """Return the stub of a module; where no answer is marked, the one that somebody has written."""
    if stub := adopted_stub(source, assignment.slug, path=path):
        return stub
    written = assignment.stub(module)
    if not written.is_file():
        raise AssignmentError(
            f"{path}: no answer is marked, and students have no stub. Put ### BEGIN SOLUTION and ### END SOLUTION "
            f"around the answers, or write assignments/{assignment.slug}/{file_of(module)}."
        )
    return _read(written, f"assignments/{assignment.slug}/{file_of(module)}")


def _read(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as exc:
        raise AssignmentError(f"{name} is not UTF-8 text; save it again as UTF-8.") from exc


def _convert(source: str, assignment: Tasked, path: str) -> tuple[str, set[str]]:
    """Return the stub, and the ids of the tasks that have a marked block."""
    tree = _parse(source, path)
    _check_names(tree, path)
    lines = io.StringIO(source, newline="").readlines()  # splitlines() would also split at a form feed
    numbers = {task.id: number for number, task in enumerate(assignment.tasks, start=1)}
    blocks = list(_blocks(_markers(source, path), path))
    hidden: set[str] = set()
    # From the last block to the first, so that the line numbers of earlier blocks stay correct.
    for block in reversed(blocks):
        task, name = _task_of(block, tree, numbers, path)
        hidden.add(task)
        newline = "\r\n" if lines[block.end - 1].endswith("\r\n") else "\n"
        line = " " * block.column + f'raise NotImplementedError("Task {numbers[task]}: {name}"){newline}'
        lines[block.begin - 1 : block.end] = [line]
    stub = "".join(lines)
    if _outline(_parse(stub, f"the stub of {path}")) != _outline(tree):
        line = next((f", line {block.begin}" for block in blocks if _hides_docstring(block, tree)), "")
        raise AssignmentError(f"{path}{line}: a marked block contains a docstring; move ### BEGIN SOLUTION below it.")
    return stub, hidden


def _parse(source: str, path: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as exc:
        raise AssignmentError(f"{path}, line {exc.lineno}: Python cannot read this line ({exc.msg}); fix it.") from exc
    except ValueError as exc:  # a null byte, before Python 3.11.4
        raise AssignmentError(f"{path}: Python cannot read this file ({exc}); save it again as text.") from exc


def _check_names(tree: ast.Module, path: str) -> None:
    """Refuse two definitions of one name: the second would replace the first, here and in what a student writes."""
    first: dict[str, int] = {}
    for node in filter(_is_definition, tree.body):
        if node.name in first:
            raise AssignmentError(
                f"{path}, line {node.lineno}: {node.name} is defined again, after line {first[node.name]}; rename or "
                "remove one of the two."
            )
        first[node.name] = node.lineno


def _markers(source: str, path: str) -> Iterator[_Marker]:
    """Yield the markers in ``source``. Only comments count, not text in strings."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or not _RESEMBLES.search(token.string):
            continue
        line, column = token.start
        match = _MARKER.fullmatch(token.string.rstrip())
        if match is None:
            raise AssignmentError(
                f"{path}, line {line}: {token.string!r} resembles a marker; "
                "write ### BEGIN SOLUTION or ### END SOLUTION, or reword the comment."
            )
        if token.line[:column].strip():
            raise AssignmentError(f"{path}, line {line}: a marker follows code; put it on its own line.")
        yield _Marker(match["kind"], match["task"], line, column)


def _with_our_markers(source: str) -> str:
    """Return ``source`` with the markers of a published course replaced by ours."""
    lines = io.StringIO(source, newline="").readlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line, column = token.start
        found = _PUBLISHED.fullmatch(token.string) if token.type == tokenize.COMMENT else None
        if found is None or token.line[:column].strip() or _MARKER.fullmatch(token.string.rstrip()):
            continue
        end = lines[line - 1][column + len(token.string) :]
        kind = "END" if found[1].upper() == "END" else "BEGIN"
        lines[line - 1] = f"{token.line[:column]}### {kind} SOLUTION{end}"
    return "".join(lines)


def _blocks(markers: Iterator[_Marker], path: str) -> Iterator[_Block]:
    """Pair the markers. Blocks neither nest nor overlap."""
    begin: _Marker | None = None
    for marker in markers:
        where = f"{path}, line {marker.line}"
        if marker.kind == "BEGIN":
            if begin is not None:
                raise AssignmentError(
                    f"{where}: this block begins before the block of line {begin.line} ends; "
                    "put ### END SOLUTION before it."
                )
            begin = marker
            continue
        if begin is None:
            raise AssignmentError(f"{where}: no block is open here; put ### BEGIN SOLUTION before it or remove it.")
        if marker.task is not None:
            raise AssignmentError(f"{where}: only the beginning of a block names the task; write ### END SOLUTION.")
        if marker.column != begin.column:
            raise AssignmentError(f"{where}: indent this marker like the one of line {begin.line}.")
        yield _Block(begin.line, marker.line, begin.column, begin.task)
        begin = None
    if begin is not None:
        raise AssignmentError(f"{path}, line {begin.line}: this block never ends; put ### END SOLUTION after it.")


def _task_of(block: _Block, tree: ast.Module, numbers: dict[str, int], path: str) -> tuple[str, str]:
    """Return the id of the task that ``block`` belongs to, and the name of the function or class that contains it."""
    where = f"{path}, line {block.begin}"
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and block.begin < _first(node) < block.end]
    if not inside:
        raise AssignmentError(f"{where}: this block contains no statement; put the answer between its markers.")
    if any(_last(node) > block.end for node in inside):
        raise AssignmentError(f"{where}: this block ends inside a statement; mark whole statements.")
    first = min(_first(node) for node in inside)
    last = max(_last(node) for node in inside)
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function) and _contains(node, block.begin, first)]
    if not functions or any(_last(node) < last for node in functions):
        raise AssignmentError(
            f"{where}: this block is not within one function; mark the body of a function or a method."
        )
    # The enclosing top-level statement need not be a def or a class: a function may be inside an if.
    owner = next(node for node in tree.body if _contains(node, block.begin, first))
    name = getattr(owner, "name", "")
    task = block.task or name
    if task not in numbers:
        raise AssignmentError(
            f"{where}: {task or 'this block'} is not a task (the tasks: {', '.join(numbers)}); "
            "name the task after the marker, as in ### BEGIN SOLUTION " + next(iter(numbers), "task") + "."
        )
    return task, name or task


def _is_definition(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    return isinstance(node, _Function | ast.ClassDef)


def _hides_docstring(block: _Block, tree: ast.Module) -> bool:
    """Return whether the docstring of a function or class is between the markers of ``block``."""
    documented = [
        node for node in ast.walk(tree) if isinstance(node, _Function | ast.ClassDef) and ast.get_docstring(node)
    ]
    return any(block.begin < node.body[0].lineno < block.end for node in documented)


def _first(node: ast.stmt) -> int:
    """Return the first line of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _contains(node: ast.stmt, begin: int, first: int) -> bool:
    """Return whether ``node`` starts before line ``begin`` and contains the statement in line ``first``."""
    return _first(node) < begin and _last(node) >= first


def _outline(tree: ast.Module) -> list[tuple[str, str, str]]:
    """List the parts that a stub must keep: top-level imports, and signatures (also of methods) with docstrings."""
    outline = [("", "", ast.get_docstring(tree) or "")]
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            outline.append(("import", ast.unparse(node), ""))
        elif isinstance(node, ast.ClassDef):
            outline.append((node.name, ", ".join(map(ast.unparse, node.bases)), ast.get_docstring(node) or ""))
            outline += [_signature(item, f"{node.name}.") for item in node.body if isinstance(item, _Function)]
        elif isinstance(node, _Function):
            outline.append(_signature(node, ""))
    return outline


def _signature(node: _Function, prefix: str) -> tuple[str, str, str]:
    returns = ast.unparse(node.returns) if node.returns else ""
    return prefix + node.name, f"({ast.unparse(node.args)}) -> {returns}", ast.get_docstring(node) or ""
