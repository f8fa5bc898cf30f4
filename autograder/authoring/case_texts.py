"""The text of one case, taken out of its file with what it needs, so that it can stand in a cell of a notebook."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any


def texts(file: Path) -> dict[str, str]:
    """Return each case of a file with what it needs of the file, by the name of its function."""
    source = file.read_text(encoding="utf-8")
    body = ast.parse(source).body
    texts = {}
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            needed = _needed(node, body)
            parts = [_text(each, source) for each in body if each is node or each in needed]
            texts[node.name.removeprefix("test_")] = "\n\n".join(parts) + "\n"
    return texts


def _needed(case: ast.FunctionDef, body: list[ast.stmt]) -> set[ast.stmt]:
    """Return the statements of a file that a case uses, also by way of others; imports that nothing uses are left."""
    others = [each for each in body if not getattr(each, "name", "").startswith("test_")]
    needed: set[ast.stmt] = set()
    names = _names(case)
    while found := [each for each in others if each not in needed and names & _defined(each)]:
        needed |= set(found)
        names = names.union(*map(_names, found))
    return needed


def _names(node: ast.stmt) -> set[str]:
    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return used | {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}  # fixtures


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _text(node: ast.stmt, source: str) -> str:
    """Return the text of a statement; the mark of a case loses ``needs``, because it stands alone."""
    decorators: list[Any] = getattr(node, "decorator_list", [])
    text = ast.get_source_segment(source, node) or ""
    for each in reversed(decorators):
        if isinstance(each, ast.Call):
            each.keywords = [keyword for keyword in each.keywords if keyword.arg != "needs"]
        text = f"@{ast.unparse(each)}\n{text}"
    return text
