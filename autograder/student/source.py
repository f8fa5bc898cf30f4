"""What is handed to a worker: the modules of a submission, and what is known of their names and lines."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModuleSources:
    """What is loaded into a worker: modules (name -> file name and bytes); the main one is the handle's namespace.

    ``missing`` is the sentence for a main module that was not handed in. ``parameters`` are the documented parameter
    names of each function, for messages. ``place`` turns a module and a line of it into file and line as the student
    knows them: a module that was made of a notebook has other lines than its cells. Line 0 is the file as a whole.
    """

    main: str
    modules: dict[str, tuple[str, bytes]]
    missing: str = ""
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    place: Callable[[str, int], tuple[str, int]] | None = None

    @property
    def file(self) -> str:
        """The main module's file, as the student knows it."""
        return self.placed(self.main, 0)[0] if self.main in self.modules else f"{self.main}.py"

    def asks_for_function(self, name: str) -> bool:
        """Whether the stub defines a function or class of this name."""
        return any(documented.partition(".")[0] == name for documented in self.parameters)

    def placed(self, module: str, line: int) -> tuple[str, int]:
        """Return file and line of a line of a module that is there."""
        return self.place(module, line) if self.place is not None else (self.modules[module][0], line)


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
