"""Say what to do about a name that is not defined: another name for it, or the import that is missing."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import warnings
from collections.abc import Collection, Iterator

from ..messages import say
from .source import ModuleSources, defined_names

_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
# Names that surely mean a module of the standard library; others, such as code and test, may be a variable.
_STANDARD = frozenset({"functools", "itertools", "math", "os", "random", "sys", "time"})
# The usual names of the modules that the lectures use.
_USUAL = {
    "np": ("numpy", "import numpy as np"),
    "nn": ("torch.nn", "from torch import nn"),
    "F": ("torch.nn.functional", "import torch.nn.functional as F"),
}


def remedy(text: str, source: ModuleSources, module: str, line: int, packages: Collection[str] | None) -> str:
    """Return the sentence that follows "name 'numpy' is not defined", or "" if there is nothing to propose.

    ``line`` is the line of ``module`` that uses the name. ``packages`` are those that a submission can import; None
    allows all.
    """
    found = _UNDEFINED.match(text)
    tree = _parsed(source.modules[module][1]) if found else None
    if found is None or tree is None:
        return ""
    name = found[1]
    full_name, statement = _USUAL.get(name, (name, f"import {name}"))
    meant = dict(_imported(tree)).get(full_name)
    if meant is None:
        package = full_name.partition(".")[0]
        if package in (packages or ()) or (package in _STANDARD and name not in source.modules):
            return say("remedy.import", statement=statement)
        near = difflib.get_close_matches(name, _visible(tree, line) - {name}, n=1, cutoff=0.7)
        meant = near[0] if near else name
    return say("remedy.did-you-mean", name=meant) if meant != name else ""


def _parsed(data: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each imported module, and the name that it has in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", alias.asname or alias.name


def _visible(tree: ast.Module, line: int) -> set[str]:
    """Return the names that a line could use: those of the module, of the functions around it, and the builtins."""
    found = {name for statement in tree.body for name in defined_names(statement)} | set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            found |= {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
            found |= {name for statement in node.body for name in defined_names(statement)}
    return found
