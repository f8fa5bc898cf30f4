"""Convert a notebook to a module: its code cells in order, as a notebook runs them. No code is run here.

Each cell begins with a line ``# cell N``, where N counts the code cells from 1. Lines that are left out become empty
lines, so that line numbers within a cell do not change. :func:`cell_of` maps a line of the module to its cell and line.

A cell that Python cannot read loses the statement with the error; the other statements and cells remain. Lines that
only IPython reads are replaced (``ipython.py``). The test cells of a release (``authoring/notebook.py``) are left out.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograder.course.ipython import Command, other_language, replace_commands, written_module
from autograder.errors import SubmissionRejected
from autograder.messages import say

NOTEBOOK_BYTES = 10 * 2**20  # outputs contain pictures; an upload has the same limit
CODE_BYTES = 256 * 2**10  # a syntax tree needs up to 1000 times the memory of its text
MARKER = "# cell {number}"
MAX_ERRORS = 5  # of one cell: the text is parsed again after each


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement that Python cannot read: the line of the error in the module, its text, and the names it defines."""

    line: int
    text: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Code:
    """A module in UTF-8, and what was left out of it: IPython's commands, and statements that Python cannot read.

    Their lines are lines of the module. ``written`` are the modules that its cells write (``%%writefile``).
    """

    source: bytes
    commands: tuple[Command, ...] = ()
    unread: tuple[Unread, ...] = ()
    written: tuple[tuple[str, bytes], ...] = ()


def code_cells(notebook: bytes) -> list[str]:
    """Return the text of every code cell of a notebook, in order.

    Raises:
        SubmissionRejected: the bytes are not a notebook, or are too large.
    """
    return list(_code_cells(_loaded(notebook)))


def read(notebook: bytes, *, leave_out: Callable[[str], bool] = lambda cell: False) -> Code:
    """Return the module that the code cells of a notebook, nbformat 3 or 4, contain.

    ``leave_out`` tells which cells become empty lines.

    Raises:
        SubmissionRejected: the bytes are not a notebook, or are too large.
    """
    future: list[str] = []
    sources = ["\n" * cell.count("\n") if leave_out(cell) else cell for cell in code_cells(notebook)]
    written = {name: source.lstrip().partition("\n")[2] for source in sources if (name := written_module(source))}
    cells = [_Cell.read(source, future) for source in sources]
    # an import of __future__ is valid only at the start of a module
    lines = list(dict.fromkeys(future))
    commands: list[Command] = []
    unread: list[Unread] = []
    for number, cell in enumerate(cells, start=1):
        lines.append(MARKER.format(number=number))
        commands += [Command(len(lines) + line, text) for line, text in cell.commands]
        unread += [Unread(len(lines) + each.line, each.text, each.names) for each in cell.unread]
        lines += cell.lines
    module = "".join(f"{line}\n" for line in lines).encode()
    return Code(module, tuple(commands), tuple(unread), tuple((name, text.encode()) for name, text in written.items()))


def read_script(source: bytes) -> Code:
    """Return a ``.py`` as it is, or without the IPython commands that Colab and Jupyter leave in a saved script."""
    if len(source) > CODE_BYTES or not re.search(rb"^[ \t]*[!%]", source, re.MULTILINE) or _error(source) is None:
        return Code(source)
    try:
        lines = _with_plain_ends(source.decode("utf-8-sig")).split("\n")
    except UnicodeDecodeError:
        return Code(source)
    commands = replace_commands(lines)
    text = "\n".join(lines)
    return Code(text.encode(), tuple(commands)) if _error(text) is None else Code(source)


def cell_of(source: bytes, line: int) -> tuple[int, int] | None:
    """Return (cell, line in the cell), both from 1, for a line of a module that :func:`read` returned.

    Return None for a line outside all cells.
    """
    above = source.split(b"\n")[:line]
    for distance, content in enumerate(reversed(above)):
        if content.startswith(b"# cell ") and (marker := re.fullmatch(rb"# cell (\d+)", content)):
            return (int(marker[1]), distance) if distance else None
    return None


def _loaded(notebook: bytes) -> Any:
    if len(notebook) > NOTEBOOK_BYTES:
        raise SubmissionRejected(say("submission.notebook-large", limit=NOTEBOOK_BYTES // 2**20))
    try:
        return json.loads(notebook)
    except (ValueError, RecursionError) as exc:  # RecursionError: the interpreter's own limit on depth
        raise SubmissionRejected(say("submission.notebook")) from exc


def _code_cells(document: Any) -> Iterator[str]:
    """Yield the text of every code cell in order."""
    size = 0
    for cell in _cells(document):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        text = cell.get("source", cell.get("input", ""))  # nbformat 4, nbformat 3
        parts: list[Any] = text if isinstance(text, list) else [text]
        if not all(isinstance(part, str) for part in parts):
            raise SubmissionRejected(say("submission.notebook"))
        # a lone surrogate cannot be encoded in UTF-8
        source = "".join(parts).encode("utf-8", "replace")
        size += len(source)
        if size > CODE_BYTES:
            raise SubmissionRejected(say("submission.notebook-code", limit=CODE_BYTES // 2**10))
        yield source.decode()


def _cells(document: Any) -> list[Any]:
    sheets = [document]  # nbformat 4
    if isinstance(document, dict) and isinstance(document.get("worksheets"), list):
        sheets = document["worksheets"]  # nbformat 3
    cells: list[Any] = []
    for sheet in sheets:
        if not isinstance(sheet, dict) or not isinstance(sheet.get("cells"), list):
            raise SubmissionRejected(say("submission.notebook"))
        cells += sheet["cells"]
    return cells


# --- one cell


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines of a cell that Python can read, and what was left out; lines count within the cell, from 1."""

    lines: list[str]
    commands: list[Command]
    unread: list[Unread]

    @classmethod
    def read(cls, source: str, future: list[str]) -> _Cell:
        """Read the text of a cell; add its imports of __future__ to ``future``."""
        source = _without_common_indent(_with_plain_ends(source))
        size = source.count("\n") + 1
        if other := other_language(source):
            return cls([""] * size, [other], [])
        commands: list[Command] = []
        unread: list[Unread] = []
        tree, error = _parsed(source)
        lines = source.split("\n")
        while error is not None:
            commands += replace_commands(lines)  # again after each error: an open bracket hides those below it
            tree, error = _parsed("\n".join(lines))
            if error is None:
                break
            if len(unread) == MAX_ERRORS or not error.lineno:
                names = frozenset().union(_names_in(lines), *(each.names for each in unread))
                return cls([""] * size, commands, [Unread(error.lineno or 1, error.msg, names)])
            unread.append(_take_out(lines, error))
            tree, error = _parsed("\n".join(lines))
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                future.append(ast.unparse(node))
                _blank(lines, node)
            elif _is_of_a_test_cell(node):
                _blank(lines, node)
        return cls(lines, sorted(commands), sorted(unread, key=lambda each: each.line))


def _parsed(source: str | bytes) -> tuple[ast.Module, SyntaxError | None]:
    """Return the tree of a text, or an empty tree and the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the student's own Python warns of an invalid escape such as "\d"
        try:
            return ast.parse(source), None
        except SyntaxError as exc:
            return ast.Module([], []), exc
        # ValueError: a null byte, before Python 3.11.4; the last two: nesting too deep for the parser
        except (ValueError, RecursionError, MemoryError) as exc:
            return ast.Module([], []), SyntaxError(str(exc) or type(exc).__name__)


def _error(source: str | bytes) -> SyntaxError | None:
    return _parsed(source)[1]


def _take_out(lines: list[str], error: SyntaxError) -> Unread:
    """Replace the top-level statement around a syntax error by empty lines, and return what was taken out."""
    at = min(error.lineno or 1, len(lines))
    first, last = at - 1, at
    while first > 0 and not _begins_statement(lines[first]):
        first -= 1
    while first > 0 and lines[first - 1].startswith("@"):
        first -= 1
    while last < len(lines) and not _begins_statement(lines[last]):
        last += 1
    names = _names_in(lines[first:last])
    lines[first:last] = [""] * (last - first)
    return Unread(at, error.msg, names)


def _is_of_a_test_cell(node: ast.stmt) -> bool:
    """Return whether a statement imports from the framework, or runs a visible case with ``@check``."""
    if isinstance(node, ast.FunctionDef):
        names = [each.id for each in node.decorator_list if isinstance(each, ast.Name)]
        return node.name.startswith("test_") and "check" in names
    return isinstance(node, ast.ImportFrom) and node.module == "autograder"


def _begins_statement(line: str) -> bool:
    clause = re.match(r"(else|elif|except|finally)\b", line)
    return line[:1] not in ("", " ", "\t", ")", "]", "}", "#") and not clause


def _names_in(lines: list[str]) -> frozenset[str]:
    """Return the functions and classes that lines of text seem to define."""
    found = (re.match(r"(?:async +)?(?:def|class) +(\w+)", line.lstrip()) for line in lines)
    return frozenset(match[1] for match in found if match)


def _blank(lines: list[str], node: ast.stmt) -> None:
    """Remove a statement from its lines, and the semicolon after it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)]) - 1
    last = (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()  # columns count UTF-8 bytes
    after = lines[last].encode()[node.end_col_offset :].decode().lstrip()
    lines[first : last + 1] = [""] * (last - first + 1)
    if after.startswith(";"):
        lines[last] = before + after[1:].lstrip()
    else:
        lines[last] = before + (after if after.startswith("#") else "")


def _with_plain_ends(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")  # the line endings that Python recognizes


def _without_common_indent(source: str) -> str:
    """Remove the indentation of the first line from every line, as IPython does."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return "\n".join(line.removeprefix(indent) for line in lines) if indent else source
