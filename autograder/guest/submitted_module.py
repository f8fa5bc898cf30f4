"""The source of a module of the submission: its statements, its cells, and the code that Python compiles of them."""

from __future__ import annotations
import __future__

import ast
import warnings
from types import CodeType
from typing import Any

from .standins import lines_that_may_fail

MARKER = "# cell "  # a line of a notebook's module (course/notebook.py)


class SubmittedModule:
    """The source of one module. It is parsed only if a statement failed."""

    def __init__(self, name: str, file: str, text: str, is_notebook: bool) -> None:
        self.name = name
        self._file = file
        self._text = text
        self._is_notebook = is_notebook
        self._statements: list[ast.stmt] | None = None
        self._flags = 0
        self._may_fail: set[int] | None = None

    @property
    def statements(self) -> list[ast.stmt]:
        if self._statements is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of an invalid escape; the compiler has reported it
                self._statements = ast.parse(self._text, self._file).body
            for node in self._statements:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    for alias in node.names:
                        self._flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        return self._statements

    @property
    def lines_that_may_fail(self) -> set[int]:
        if self._may_fail is None:
            self._may_fail = lines_that_may_fail(self._text)
        return self._may_fail

    def compiled(self) -> CodeType | None:
        """Return the code of the whole module; None if only the compiler, and not the parser, refuses a statement."""
        try:
            return compile(self._text, self._file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _ = self.statements  # raises if the parser refuses it, too
            return None

    def compiled_statement(self, node: ast.stmt, *, is_shown: bool = False) -> CodeType:
        """Return the code of one statement; with ``is_shown`` it prints the value of an expression."""
        tree, mode = (ast.Interactive([node]), "single") if is_shown else (ast.Module([node], []), "exec")
        code: CodeType = compile(tree, self._file, mode, flags=self._flags, dont_inherit=True)
        return code

    def statements_of_cell(self, number: int) -> list[int]:
        """Return the numbers of the statements in a cell of a notebook."""
        lines = self._text.split("\n")
        marker = f"{MARKER}{number}"
        if marker not in lines:
            return []
        first = lines.index(marker) + 1  # the line of the marker, from 1
        last = next((i for i in range(first, len(lines)) if lines[i].startswith(MARKER)), len(lines))
        return [i for i, node in enumerate(self.statements) if first < _first_line(node) <= last]

    def statement_at(self, place: tuple[int, int]) -> int:
        """Return the number of the statement at a line and column."""
        found = 0
        for number, node in enumerate(self.statements):
            parts: list[Any] = [node, *getattr(node, "decorator_list", [])]
            if min((part.lineno, part.col_offset) for part in parts) > place:
                break
            found = number
        return found

    def part_at(self, line: int) -> int:
        """Return the line where the cell around ``line`` begins; in a script, where the statement begins."""
        lines = self._text.split("\n")
        for index in range(min(line, len(lines)) - 1, 0, -1):
            start = lines[index]
            if start.startswith(MARKER) if self._is_notebook else start[:1] not in ("", " ", "\t", ")", "]", "}", "#"):
                return index
        return 0


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def place_in(code: CodeType, exc: BaseException) -> tuple[int, int]:
    """Return line and column where ``code`` was when ``exc`` left it."""
    trace = exc.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            positions = list(code.co_positions())[trace.tb_lasti // 2]
            return trace.tb_lineno, positions[2] or 0
        trace = trace.tb_next
    return code.co_firstlineno, 0


_DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign,
)  # fmt: skip


def is_definition(node: ast.stmt) -> bool:
    return isinstance(node, _DEFINITIONS)


def calls(node: ast.stmt) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))
