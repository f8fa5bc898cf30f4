"""The modules of a submission that a worker loads, with their names and line numbers for messages."""

from __future__ import annotations

import ast
import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..course.notebook import CODE_BYTES, MARKER, Unread
from ..course.uses import mentioned, reached


@dataclass(frozen=True, slots=True)
class ModuleSources:
    """The modules to load into a worker (name -> file name and bytes). The handle shows the main module's names.

    ``missing`` is the sentence for a missing main module. ``parameters`` maps each function to its documented parameter
    names, for messages, and ``asked`` holds all names that the assignment asks for. ``place`` maps a module and a line
    to the file and line that the student sees: the lines of a module that was converted from a notebook differ from
    those of its cells. Line 0 means the whole file. ``notebooks`` are the modules that were a notebook, and ``unread``
    the statements that were left out of a module because Python cannot read them.

    ``files`` are the files for the working folder. Their modules are in ``modules``, too; ``late`` are the names of
    those that a worker finds after everything else. With ``held`` the main module is a notebook whose cells run one by
    one (``cells.py``).
    """

    main: str
    modules: dict[str, tuple[str, bytes]]
    missing: str = ""
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    place: Callable[[str, int], tuple[str, int]] | None = None
    notebooks: frozenset[str] = frozenset()
    unread: dict[str, tuple[Unread, ...]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    held: bool = False
    _syntax: dict[str, _Syntax] = field(default_factory=dict, repr=False, compare=False)

    @property
    def file(self) -> str:
        """The main module's file name, as the student sees it."""
        return self.placed(self.main, 0)[0] if self.main in self.modules else f"{self.main}.py"

    def asks_for_function(self, name: str) -> bool:
        """Return whether the stub defines a function or class of this name."""
        return any(documented.partition(".")[0] == name for documented in self.parameters)

    def is_stub(self, name: str) -> bool:
        """Return whether the main module still contains the stub of a function or class, without running it."""
        return self.stub_place(name) is not None

    def stub_place(self, name: str) -> tuple[str, int] | None:
        """Return the file and line of the stub of a function or class in the main module, or None if there is none."""
        line = self._syntax_of(self.main).stubs.get(name) if self.main in self.modules else None
        return None if line is None else self.placed(self.main, line)

    def syntax_error(self, module: str) -> tuple[int, int] | None:
        """Return line and column of a module that Python cannot parse, from 1, or None if it can."""
        return self._syntax_of(module).error

    def reached_from(self, name: str) -> frozenset[str]:
        """Return the functions and classes of the main module that one of them mentions, also by way of others."""
        return reached(name, self._syntax_of(self.main).mentioned) if self.main in self.modules else frozenset()

    def placed(self, module: str, line: int) -> tuple[str, int]:
        """Return the file and line that the student sees for a line of a loaded module."""
        if self.place is None or module in self.late:
            return self.modules[module][0], line
        return self.place(module, line)

    def has_lines(self, module: str, line: int) -> bool:
        """Return whether a module has this line; 0 is the whole file, and the line after the last one counts."""
        return 0 <= line <= len(self.modules[module][1].splitlines()) + 1

    def is_handed_in(self, name: str) -> bool:
        """Return whether a module or folder of this name, such as "shapes.sizes", was handed in."""
        folder = f"{name.replace('.', '/')}/"
        return name in self.modules or any(file.startswith(folder) for file in self.files)

    def line(self, module: str, line: int) -> str:
        """Return a line of a module without the spaces around it; "" if there is no such line."""
        return self.raw_line(module, line).strip()

    def raw_line(self, module: str, line: int) -> str:
        """Return a line of a module; "" if there is no such line."""
        lines = self.modules[module][1].splitlines()
        return lines[line - 1].decode("utf-8", "replace") if 0 < line <= len(lines) else ""

    def line_of_cell(self, number: int) -> int:
        """Return the first line of a cell of the main module, which is a notebook; 0 if there is no such cell."""
        lines = self.modules[self.main][1].split(b"\n")
        marker = MARKER.format(number=number).encode()
        return lines.index(marker) + 2 if marker in lines else 0

    def names_defined_by(self, module: str, statement: int) -> frozenset[str]:
        """Return the names that a top-level statement of a module defines, by its number."""
        names = self._syntax_of(module).defined
        return names[statement] if 0 <= statement < len(names) else frozenset()

    def imported_at(self, module: str, line: int) -> list[str]:
        """Return the modules that the import statements that begin at a line of a module name."""
        return self._syntax_of(module).imports.get(line, [])

    def _syntax_of(self, module: str) -> _Syntax:
        if module not in self._syntax:
            self._syntax[module] = _Syntax.read(self.modules[module][1])
        return self._syntax[module]


@dataclass(frozen=True, slots=True)
class _Syntax:
    """What a module defines, by the number of the statement, and what it imports, by line. It is read once.

    ``stubs`` maps the functions and classes at the top that contain ``raise NotImplementedError(…)`` to the line of the
    first such function or method. ``mentioned`` maps each function and class to the others that it mentions.
    ``error`` is line and column of a syntax error.
    """

    defined: list[frozenset[str]]
    imports: dict[int, list[str]]
    stubs: dict[str, int]
    mentioned: dict[str, frozenset[str]]
    error: tuple[int, int] | None = None

    @classmethod
    def read(cls, data: bytes) -> _Syntax:
        """Read a module; return nothing if it is too large, or if Python cannot read it."""
        statements: list[ast.stmt] = []
        error = None
        with warnings.catch_warnings(), contextlib.suppress(ValueError, RecursionError, MemoryError):
            warnings.simplefilter("ignore")
            try:
                statements = ast.parse(data).body if len(data) <= CODE_BYTES else []
            except SyntaxError as exc:
                error = _place(exc, data)
        imports: dict[int, list[str]] = {}
        for node in (part for statement in statements for part in ast.walk(statement)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.setdefault(node.lineno, []).extend(_imported_by(node))
        definitions = [node for node in statements if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        last = {node.name: _stub_line(node) for node in definitions}  # a later definition replaces an earlier one
        stubs = {name: line for name, line in last.items() if line}
        defined = [frozenset(defined_names(statement)) for statement in statements]
        return cls(defined, imports, stubs, mentioned(statements), error)


def _imported_by(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    package = f"{node.module}." if node.module else ""  # ``from google import colab`` also names google.colab
    return [f"{package}{alias.name}" for alias in node.names]


def defined_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement and its blocks bind, without those inside of functions and classes."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        todo += ast.iter_child_nodes(node)


def checked_text(value: Any, most: int) -> str:
    """Return at most ``most`` characters of a text from a worker.

    Raises:
        TypeError: The value is not a string.
    """
    if not isinstance(value, str):
        raise TypeError("a string was wanted")
    return value.encode("utf-8", "replace").decode()[:most]


def _place(error: SyntaxError, data: bytes) -> tuple[int, int]:
    """Return line and column of a syntax error. Python counts characters only in a text, but bytes in bytes."""
    try:
        ast.parse(data.decode("utf-8-sig"))
    except SyntaxError as exc:
        error = exc
    return error.lineno or 0, error.offset or 0


def _stub_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    """Return the line of a stub, for a class that of its first method that is one, or 0 if it contains none."""
    if isinstance(node, ast.ClassDef):
        methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
        return next((line for each in methods if (line := _stub_line(each))), 0)
    return node.lineno if any(map(_is_not_implemented, ast.walk(node))) else 0


def _is_not_implemented(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    called = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(called, ast.Name) and called.id == "NotImplementedError"


def parameters_of(source: bytes) -> dict[str, tuple[str, ...]]:
    """Read the parameter names of every function and method from a stub, without running it."""
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = tuple(arg.arg for arg in node.args.args)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    names = tuple(arg.arg for arg in method.args.args[1:])
                    found[node.name if method.name == "__init__" else f"{node.name}.{method.name}"] = names
    return found
