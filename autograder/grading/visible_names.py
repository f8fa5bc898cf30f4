"""The names that a test cell defines for the cells below it, as in a kernel, where tests and answers share names.

A worker may run nothing of a test but what students have anyway: its visible lines. Of these it gets imports,
functions, classes and data that depend on no answer. A class that derives from one of the student exists only there.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..student.source import defined_names
from .cells import with_hidden_blanked

_DRAWS = re.compile(r"rand|seed|shuffle|rng", re.IGNORECASE)  # a second draw would move the generators of the student


@dataclass(frozen=True, slots=True)
class ForWorker:
    """What a worker runs of a test cell, and the classes in it that exist only there."""

    source: str = ""
    derived: frozenset[str] = frozenset()


def for_worker(source: str, answers: Collection[str], given: Collection[str]) -> ForWorker:
    """Return what a worker runs of a test cell before the test.

    ``answers`` are the names that students define, ``given`` those of locked cells. Any other name may be of the
    student, too: calling it once more could print, draw or take its time.
    """
    try:
        body = ast.parse(with_hidden_blanked(source)).body
    except (SyntaxError, ValueError, RecursionError):
        return ForWorker()
    known = set(given) - set(answers)
    derived: set[str] = set()
    parts: list[str] = []
    for node in body:
        names = set(defined_names(node))
        if isinstance(node, ast.ClassDef) and _mentioned(node.bases) & {*answers, *derived}:
            derived.add(node.name)
            parts.append(ast.unparse(node))
        elif not names & set(answers) and _is_independent(node, known):
            parts.append(_guarded(node))
            known |= names
        else:
            known -= names
    return ForWorker("\n".join(parts), frozenset(derived))


def _is_independent(node: ast.stmt, known: set[str]) -> bool:
    """Return whether a statement defines names without the student's code and without draws."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef():
            return _mentioned([*node.decorator_list, *node.args.defaults]) <= known
        case ast.ClassDef():
            inner = [each for each in node.body if not isinstance(each, ast.FunctionDef)]
            own = {name for each in inner for name in defined_names(each)}
            return _mentioned([*node.decorator_list, *node.bases, *inner]) <= known | own
        case ast.Assign() | ast.AnnAssign() if node.value is not None:
            return _mentioned([node.value]) <= known and not _DRAWS.search(ast.unparse(node.value))
    return False


def _mentioned(nodes: Collection[ast.AST]) -> set[str]:
    return set(_names(nodes)) - set(dir(builtins))


def _names(nodes: Collection[ast.AST]) -> Iterator[str]:
    for node in nodes:
        yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _guarded(node: ast.stmt) -> str:
    """Return the text of a statement; a package that the student's side lacks must not cost the other names."""
    text = ast.unparse(node)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return f"try:\n    {text}\nexcept ImportError:\n    pass"
    return text
