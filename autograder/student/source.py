"""The modules of a submission that a worker loads, with their names and line numbers for messages."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModuleSources:
    """The modules to load into a worker (name -> file name and bytes). The handle shows the main module's names.

    ``missing`` is the sentence for a missing main module. ``parameters`` maps each function to its documented parameter
    names, for messages. ``place`` maps a module and a line to the file and line that the student sees: the lines of a
    module that was converted from a notebook differ from those of its cells. Line 0 means the whole file.

    ``files`` are the files for the working folder. Their modules are in ``modules``, too; ``late`` are the names of
    those that a worker finds after everything else.
    """

    main: str
    modules: dict[str, tuple[str, bytes]]
    missing: str = ""
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    place: Callable[[str, int], tuple[str, int]] | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    late: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """The main module's file name, as the student sees it."""
        return self.placed(self.main, 0)[0] if self.main in self.modules else f"{self.main}.py"

    def asks_for_function(self, name: str) -> bool:
        """Return whether the stub defines a function or class of this name."""
        return any(documented.partition(".")[0] == name for documented in self.parameters)

    def placed(self, module: str, line: int) -> tuple[str, int]:
        """Return the file and line that the student sees for a line of a loaded module."""
        if self.place is None or module in self.late:
            return self.modules[module][0], line
        return self.place(module, line)

    def has_lines(self, module: str, line: int) -> bool:
        """Return whether a module has this line; 0 is the whole file, and the line after the last one counts."""
        return 0 <= line <= len(self.modules[module][1].splitlines()) + 1

    def is_handed_in(self, name: str) -> bool:
        """Return whether a module or folder of this name, without dots, was handed in."""
        return name in self.modules or any(file.startswith(f"{name}/") for file in self.files)


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
