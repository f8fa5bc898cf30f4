"""Which visible cases a release changes, so that the student's next report can name them."""

from __future__ import annotations

import ast
import hashlib


def changed_cases(before: bytes, after: bytes) -> dict[str, str]:
    """Return the cases that both files of cases have and that differ, with a short digest of each new one.

    Comments and blank lines do not count. What a case uses counts: a helper, a constant, a fixture of the same file. A
    file that cannot be read as Python has no cases.
    """
    old, new = _digests(before), _digests(after)
    return {name: digest for name, digest in new.items() if name in old and old[name] != digest}


def _digests(source: bytes) -> dict[str, str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    defined = _definitions(tree)
    return {
        name.removeprefix("test_"): hashlib.sha256(_source_of(name, defined).encode()).hexdigest()[:12]
        for name in sorted(defined)
        if name.startswith("test_") and isinstance(defined[name][-1], ast.FunctionDef)
    }


def _definitions(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """Return the statements at the top of a file by the names that they define; an import defines none."""
    found: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.setdefault(statement.name, []).append(statement)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.setdefault(node.id, []).append(statement)
    return found


def _source_of(name: str, defined: dict[str, list[ast.stmt]]) -> str:
    """Return the code of a definition and of all that it uses, directly or not."""
    used, waiting = [name], [name]
    while waiting:
        for statement in defined[waiting.pop()]:
            for node in ast.walk(statement):
                word = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""
                if word in defined and word not in used:
                    used.append(word)
                    waiting.append(word)
    return "\n".join(ast.unparse(statement) for each in sorted(used) for statement in defined[each])
