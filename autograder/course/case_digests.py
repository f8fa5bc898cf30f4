"""What the outcome of each case depends on, as a digest: a regrade runs only the cases whose digest has changed.

The digest of a case covers its own source, everything of its file that is not another case, the solution, the data and
all other files of the assignment, the limits and the imports. It does not cover what only changes words or points: the
points and the needs of a case, its title, the tasks of ``assignment.toml``, hand-outs, translations, the hints of known
mistakes. The versions of the framework and of the packages are not in it, because every report has them.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from .assignment import HIDDEN, VISIBLE, Assignment

OTHERS: Final = ""
"""The name of the digest for a case whose source is not in its file, such as one that is imported."""

RUBRIC: Final = frozenset({"points", "needs"})  # arguments of @task that change no outcome
WORDS: Final = frozenset({".md", ".toml"})  # endings of files that are only read by people, or translate sentences
NO_OUTCOME: Final = frozenset({"mistakes", "alternatives", "hints.json"})
PREFIX: Final = "test_"


def digests_of(assignment: Assignment) -> dict[str, str]:
    """Return the digest of each case by the name of its function without ``test_``, and one named :data:`OTHERS`."""
    shared = hashlib.sha256(_settings(assignment))
    files: list[tuple[str, bytes]] = []
    for name, path in assignment.files():
        content = path.read_bytes()
        if PurePosixPath(name).name in (VISIBLE, HIDDEN):
            files.append((name, content))
        elif not _is_without_effect(name):
            shared.update(f"{len(name.encode())} {name} {len(content)}\n".encode() + content)
    everything = shared.copy()
    found: dict[str, str] = {}
    for name, content in files:
        everything.update(f"{name} {len(content)}\n".encode() + content)
        found |= {case: _digest(shared.digest(), name, text) for case, text in _cases(content)}
    return found | {OTHERS: everything.hexdigest()}


def digest_of(digests: Mapping[str, str], case: str) -> str | None:
    """Return the digest of a case by its id; the parameter sets of a case share one. None if there are no digests."""
    return digests.get(case.partition("[")[0], digests.get(OTHERS))


def _settings(assignment: Assignment) -> bytes:
    values: list[Any] = [assignment.modules, assignment.allowed_imports, assignment.limits, assignment.published]
    values += [assignment.mnist_limits] if assignment.mnist_limits else []  # the digests of all others stay
    return json.dumps(values, sort_keys=True).encode()


def _is_without_effect(name: str) -> bool:
    """Return whether a file, such as solutions/01-tiny/mistakes/squared.py, changes words at most."""
    _, _, *parts = PurePosixPath(name).parts
    return (len(parts) == 1 and PurePosixPath(name).suffix in WORDS) or parts[0] in NO_OUTCOME


def _digest(shared: bytes, name: str, text: str) -> str:
    return hashlib.sha256(shared + f"{name}\n{text}".encode()).hexdigest()


def _cases(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield each case of a file with the text that its digest covers; none if Python cannot read the file.

    Comments and blank lines do not count.
    """
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    cases, rest = [], []
    for statement in tree.body:
        if _is_case(statement):
            cases.append(statement)
            continue
        if isinstance(statement, ast.ClassDef):
            cases += [each for each in statement.body if _is_case(each)]
            statement.body = [each for each in statement.body if not _is_case(each)]
        if not _is_text(statement):
            rest.append(ast.dump(statement))
    shared = "\n".join(rest)
    for case in cases:
        yield case.name.removeprefix(PREFIX), f"{shared}\n{_own(case)}"  # type: ignore[attr-defined]


def _is_case(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith(PREFIX)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _own(case: ast.stmt) -> str:
    """Return the code of a case without its rubric and its docstring, whose first line is the title."""
    assert isinstance(case, ast.FunctionDef | ast.AsyncFunctionDef)
    for decorator in case.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).rpartition(".")[2] == "task":
            decorator.keywords = [each for each in decorator.keywords if each.arg not in RUBRIC]
    if case.body and _is_text(case.body[0]):
        del case.body[0]
    return ast.dump(case)
