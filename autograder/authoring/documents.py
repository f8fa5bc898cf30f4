"""A text taken apart into what can be compared: lines, fragments of code, words, numbers and names.

Secrets and what is handed out are taken apart in the same way (``leaks.py``).
"""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from decimal import Decimal

MIN_NODES = 15  # of the 14 assignments, no solution shares so many with its hand-out
MIN_NUMBERS = 4
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BETWEEN_NUMBERS = re.compile(r"[\s,;()\[\]{}|]*")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Document:
    """One piece of text, taken apart in the same way on both sides."""

    def __init__(self, place: str, data: bytes, *, is_code: bool | None = None) -> None:
        self.data = data
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        self.lines = {line for line in map(_normal_line, text.split("\n")) if line}
        self.names = set(_NAME.findall(text)) | {name.removeprefix("test_") for name in _NAME.findall(text)}
        self.numbers = numbers_of(text)
        self.words = words_of(_without_comment_signs(text))
        self.runs_of_numbers = _runs(text)
        is_code = place.endswith(".py") if is_code is None else is_code
        sources = [text] if is_code else [match[1] for match in _FENCED.finditer(text)] or [text]
        self.fragments = dict.fromkeys(digest for source in sources for digest, _ in _fragments_of_text(source))


def as_function(lines: Sequence[str]) -> str:
    """Return the lines of a block as code of their own, inside a function: they may return."""
    return "\n".join(["def _block():", *(f"    {line}" if line.strip() else "" for line in lines)])


def _normal_line(line: str) -> str:
    """Return a line of code without spaces, comment and signs of a quotation; "" for a line that says little."""
    bare = "".join(line.lstrip("#>|*- \t").split("  #")[0].split())
    return bare if len(bare) >= 12 else ""


def code_lines(text: str) -> Iterator[str]:
    """Yield the lines of code, without docstrings and imports."""
    tree = ast.parse(text)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.Expr) and _is_text(node)):
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for number, line in enumerate(text.split("\n"), start=1):
        if number not in skipped and (bare := _normal_line(line)):
            yield bare


def _fragments_of_text(text: str) -> list[tuple[str, int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(fragments_of(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []


def fragments_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield digest and line of every statement and expression of at least MIN_NODES nodes, whatever its names are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr) and not _is_text(node):
            shape = _shape(node)
            if shape is not None:
                yield hashlib.sha256(shape.encode()).hexdigest(), getattr(node, "lineno", 0)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shape(root: ast.AST) -> str | None:
    """Return a text that is equal for two trees which differ in names only; None for a small tree."""
    renamed: dict[str, str] = {}
    parts: list[str] = []
    nodes = 0

    def new(name: str) -> str:
        return renamed.setdefault(name, f"v{len(renamed)}")

    def visit(node: ast.AST) -> None:
        nonlocal nodes
        nodes += not isinstance(node, ast.expr_context)
        parts.append(type(node).__name__)
        for name, value in ast.iter_fields(node):
            if name in ("ctx", "type_comment", "annotation", "returns", "kind"):
                continue
            if isinstance(value, ast.AST):
                visit(value)
            elif isinstance(value, list):
                parts.append(f"[{name}")
                for each in value:
                    if isinstance(each, ast.AST):
                        if not _is_text(each):
                            visit(each)
                    else:
                        parts.append(new(each) if isinstance(each, str) else repr(each))
                parts.append("]")
            elif name in ("id", "arg", "name") and isinstance(value, str):
                parts.append(new(value))
            else:
                parts.append(repr(value))

    visit(root)
    return " ".join(parts) if nodes >= MIN_NODES else None


def texts_of_code(text: str, tree: ast.AST) -> Iterator[str]:
    """Yield comments (neighbouring lines as one), docstrings and other strings."""
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(block)
                block = []
            block.append(token.string.lstrip("#").strip())
            last = token.start[0]
    yield " ".join(block)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _without_comment_signs(text: str) -> str:
    """Return a text in which a comment of several lines, or a string of several pieces, reads as one."""
    return re.sub(r"\"\s*\n\s*f?\"", "", re.sub(r"\n\s*#+", "\n", text))


def words_of(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))


def numbers_of(text: str) -> list[str]:
    return [number for match in _NUMBER.finditer(text) if (number := _normal_number(match[0]))]


def _runs(text: str) -> list[list[str]]:
    """Return the numbers of a text that follow each other with nothing but brackets, commas and spaces between them."""
    runs: list[list[str]] = []
    end = -1
    for match in _NUMBER.finditer(text):
        number = _normal_number(match[0])
        if end < 0 or not _BETWEEN_NUMBERS.fullmatch(text, end, match.start()):
            runs.append([])
        runs[-1].append(number)
        end = match.end()
    return [run for run in runs if len(run) >= MIN_NUMBERS]


def _normal_number(text: str) -> str:
    try:
        number = Decimal(text.replace("−", "-")).normalize()
        return f"{number:f}" if abs(number.adjusted()) < 40 else ""
    except (ArithmeticError, ValueError):  # too large an exponent, or no number for Decimal
        return ""


def digits_of(number: str) -> int:
    return len(number.lstrip("-").replace(".", "").strip("0"))
