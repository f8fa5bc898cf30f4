"""The modules of a submission that a worker loads, with their names and line numbers for messages."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ..course.notebook import CODE_BYTES


@dataclass(frozen=True, slots=True)
class ModuleSources:
    """The modules to load into a worker (name -> file name and bytes). The handle shows the main module's names.

    ``missing`` is the sentence for a missing main module. ``parameters`` maps each function to its documented parameter
    names, for messages. ``place`` maps a module and a line to the file and line that the student sees: the lines of a
    module that was converted from a notebook differ from those of its cells. Line 0 means the whole file.
    """

    main: str
    modules: dict[str, tuple[str, bytes]]
    missing: str = ""
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    place: Callable[[str, int], tuple[str, int]] | None = None

    @property
    def file(self) -> str:
        """The main module's file name, as the student sees it."""
        return self.placed(self.main, 0)[0] if self.main in self.modules else f"{self.main}.py"

    def asks_for_function(self, name: str) -> bool:
        """Return whether the stub defines a function or class of this name."""
        return any(documented.partition(".")[0] == name for documented in self.parameters)

    def is_stub(self, name: str) -> bool:
        """Return whether the main module still contains the stub of a function or class, without running it."""
        return self.main in self.modules and name in _stubs_in(self.modules[self.main][1])

    def placed(self, module: str, line: int) -> tuple[str, int]:
        """Return the file and line that the student sees for a line of a loaded module."""
        return self.place(module, line) if self.place is not None else (self.modules[module][0], line)


@functools.lru_cache(maxsize=16)  # the cases of one submission ask about the same source
def _stubs_in(source: bytes) -> frozenset[str]:
    """Return the functions and classes at the top of a module that contain ``raise NotImplementedError(…)``."""
    if len(source) > CODE_BYTES:
        return frozenset()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return frozenset(node.name for node in definitions if any(map(_is_not_implemented, ast.walk(node))))


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
