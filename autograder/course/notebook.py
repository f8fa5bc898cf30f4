"""Convert a notebook to a module: extract the definitions of its code cells. No code is run.

A notebook contains many experiments: prints, plots, training runs. The module keeps only imports, functions, classes
and assignments to names. It omits all other top-level statements of a cell: loops, ``if``, ``with``, ``try``, bare
expressions. It keeps every assignment, because no rule can distinguish a constant that a function needs from the
result of an experiment.

Each cell begins with a line ``# cell N``, where N counts the code cells from 1. Omitted lines become empty lines, so
that line numbers within a cell do not change. :func:`cell_of` maps a line of the module to its cell and line.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

from autograder.errors import SubmissionRejected
from autograder.messages import say

NOTEBOOK_BYTES = 10 * 2**20  # outputs contain pictures; an upload has the same limit
CODE_BYTES = 256 * 2**10  # a syntax tree needs up to 1000 times the memory of its text
MARKER = "# cell {number}"

_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_PYTHON_MAGICS = {"capture", "file", "prun", "python", "python3", "time", "timeit", "writefile"}
"""Cell magics (``%%time``) whose cell body is Python."""

_MAGIC = re.compile(r"\s*[%!?]|\s*[\w.]+\?\??\s*$|\s*[\w, ]+=\s*[%!]")
"""A line of IPython syntax: ``%matplotlib inline``, ``!pip list``, ``np.dot?``, ``files = !ls``."""

_DEFINITION = re.compile(r"^\s*(async\s+def|def|class)\b", re.MULTILINE)


def source_of(notebook: bytes) -> bytes:
    """Return the module (UTF-8) that the code cells of a notebook, nbformat 3 or 4, define.

    Keep a cell that Python cannot parse whole if it contains a definition, so that its syntax error is reported.
    Omit any other such cell.

    Raises:
        SubmissionRejected: the bytes are not a notebook, or are too large.
    """
    future: list[str] = []
    lines: list[str] = []
    for number, source in enumerate(_code_cells(_loaded(notebook)), start=1):
        kept = _definitions(source, future)
        if any(kept):
            lines += [MARKER.format(number=number), *kept]
    # an import of __future__ is valid only at the start of a module
    return "".join(f"{line}\n" for line in [*dict.fromkeys(future), *lines]).encode()


def cell_of(source: bytes, line: int) -> tuple[int, int] | None:
    """Return (cell, line in the cell), both from 1, for a line of a module that :func:`source_of` returned.

    Return None for a line outside all cells.
    """
    above = source.split(b"\n")[:line]
    for distance, content in enumerate(reversed(above)):
        if marker := re.fullmatch(rb"# cell (\d+)", content):
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


def _definitions(source: str, future: list[str]) -> list[str]:
    """Return the lines of a cell, with empty lines for omitted statements; add imports of __future__ to ``future``."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # the line endings that Python recognizes
    tree = _parsed(source)
    if tree is None:
        source = _without_magics(source)
        tree = _parsed(source)
    lines = source.split("\n")
    if tree is None:
        return lines if _DEFINITION.search(source) else []
    kept = [""] * len(lines)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            future.append(ast.unparse(node))
        elif _is_kept(node):
            first = _first_line(node)
            for index, text in enumerate(_text_of(node, lines), start=first - 1):
                kept[index] += f"; {text}" if kept[index] else text  # a line may contain several statements
    return kept


def _is_kept(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return all(_is_names(target) for target in node.targets)
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return isinstance(node.target, ast.Name)
    return isinstance(node, _KEPT)


def _is_names(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_names(part) for part in target.elts)
    return isinstance(target.value if isinstance(target, ast.Starred) else target, ast.Name)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _text_of(node: ast.stmt, lines: list[str]) -> list[str]:
    """Return the lines of a statement, without other code on its first and last line."""
    first, last = _first_line(node), node.end_lineno or node.lineno
    text = [line.encode() for line in lines[first - 1 : last]]  # columns count UTF-8 bytes
    text[-1] = text[-1][: node.end_col_offset]
    text[0] = text[0][node.col_offset :]
    return [line.decode() for line in text]


def _parsed(source: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the student's own Python warns of an invalid escape such as "\d"
        try:
            return ast.parse(source)
        # ValueError: a null byte, before Python 3.11.4; the last two: nesting too deep for the parser
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _without_magics(source: str) -> str:
    """Replace lines of IPython syntax with empty lines; return "" if ``%%`` selects another language."""
    if (cell_magic := re.match(r"\s*%%(\w*)", source)) and cell_magic[1] not in _PYTHON_MAGICS:
        return ""
    return "\n".join("" if _MAGIC.match(line) else line for line in source.split("\n"))
