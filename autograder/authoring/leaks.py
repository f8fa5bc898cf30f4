"""Find what must not be handed out: parts of ``solutions/`` in a folder, an archive or a git repository.

What may be said is the baseline: the stubs, the visible cases, the hand-outs and the source of the framework itself.
What stands in ``solutions/`` and not in the baseline is secret. It is compared by content, in several forms:

- a whole file;
- two lines of code, together at least 40 characters, in any order;
- a statement or an expression of at least 15 syntax nodes, also after its names have been changed;
- a comment, a docstring or another text of at least 5 words;
- a list of at least 4 numbers, and a single number of more than 5 digits;
- the names of hidden cases, of their helpers and of known mistakes, of at least 8 characters.

Compiled files, caches, outputs of notebooks and staff reports are leaks, whatever they contain.

What this cannot find: an answer of one short line, a secret in other words, a picture of it, an encrypted or
unusually encoded copy. Code that a hand-out gives on purpose belongs to the baseline.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..course import stubs
from ..course.assignment import HIDDEN, Assignment, file_of
from ..errors import AssignmentError
from ..reports.page import template_folder
from .containers import Piece
from .documents import (
    MIN_NUMBERS,
    Document,
    as_function,
    code_lines,
    digits_of,
    fragments_of,
    numbers_of,
    texts_of_code,
    words_of,
)

MIN_LINES = 40  # characters of two lines
MIN_WORDS = 5
MIN_TITLE = 3  # words of the title of a hidden case
MIN_DIGITS = 6
MIN_NAME = 8  # characters

_FRAMEWORK = Path(__file__).parents[1]
_DEFINED = re.compile(r"^\s*(?:def|class)\s+(\w+)", re.MULTILINE)
_QUOTED = re.compile(r"[\"#]+")
_SENTENCE_END = re.compile(r"(?<=[.?!:;])\s+|\n\s*\n")
_CACHES = ("__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".hypothesis", ".venv")


@dataclass(frozen=True, slots=True)
class Leak:
    """What was found: where, what kind of secret, and where in ``solutions/`` it comes from."""

    place: str
    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}" + (f" of {self.source}" if self.source else "")


def find_leaks(
    found: Iterable[Piece],
    course: Sequence[Assignment],
    others: Sequence[Path] = (),
    published: Sequence[Assignment] = (),
) -> list[Leak]:
    """Return the leaks of the solutions of a course in what is handed out (``containers.pieces``, ``pieces_of``).

    Give the assignments that are not handed out, too, and the ``others`` in ``solutions/`` (``ReadableCourse``):
    they must not leak either. ``published`` are those whose answers are handed out on purpose.
    """
    secrets = Secrets(course, others, published)
    return [leak for piece in found for leak in secrets.in_piece(piece)]


def leaks_in_baseline(assignment: Assignment) -> list[Leak]:
    """Return what the markers of a solution hide, and its stub or its visible cases show nevertheless.

    What a hand-out prints is given on purpose.
    """
    if assignment.solution is None:
        return []
    hidden = _Facts()
    for module in assignment.modules:
        path = assignment.solution / file_of(module)
        source = path.read_text(encoding="utf-8")
        lines = source.split("\n")
        for answer in stubs.answers(source, assignment, path=str(path)):
            block = as_function(lines[answer.first - 1 : answer.last])
            where = f"{assignment.solution_name}/{file_of(module)}, line {answer.first}"
            hidden.add_code(block, where, with_words=False)
    found = []
    for place, text in _handed_out(assignment):
        if not place.endswith(".py"):
            continue
        document = Document(place, text.encode())
        found += [Leak(place, kind, source) for kind, source in hidden.shown_in(document)]
    return found


class Secrets:
    """What the solutions of a course contain and its baseline does not.

    ``others`` are files and folders in ``solutions/`` that belong to no assignment which can be read. What stands in
    the solution of an assignment that is ``published`` is no secret, also where another solution has it, too.
    """

    def __init__(
        self,
        course: Sequence[Assignment],
        others: Sequence[Path] = (),
        published: Sequence[Assignment] = (),
    ) -> None:
        self._facts = _Facts()
        for entry in [each.solution for each in course if each.solution is not None] + list(others):
            self._collect(entry)
        for place, text in _baseline(course):
            self._facts.remove(Document(place, text.encode()))
        for path in (path for each in published if each.solution for path in sorted(each.solution.rglob("*"))):
            if path.is_file() and "__pycache__" not in path.parts:
                self._facts.remove(Document(path.name, path.read_bytes()))
                self._facts.remove(Document("name", path.stem.encode()))

    def in_piece(self, piece: Piece) -> Iterator[Leak]:
        """Yield the leaks in one piece of what is handed out."""
        parts = PurePosixPath(piece.place.replace(": ", "/")).parts
        if piece.name.endswith((".pyc", ".pyo")) or any(cache in parts for cache in _CACHES):
            yield Leak(piece.place, "compiled code or a cache", "")
        if piece.kind == "output":
            yield Leak(piece.place, "the output of a notebook's cell", "")
        if piece.kind in ("file", "object", "decoded"):
            if (source := self._facts.files.get(_digest(piece.data))) is not None:
                yield Leak(piece.place, "a copy", source)
                return
            if _is_staff_report(piece.data):
                yield Leak(piece.place, "a report for staff", "")
        document = Document(piece.place, piece.data, is_code=piece.kind == "source" or piece.name.endswith(".py"))
        for kind, source in self._facts.shown_in(document):
            yield Leak(piece.place, kind, source)

    def _collect(self, entry: Path) -> None:
        """Add all files of an entry of ``solutions/``."""
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            data = path.read_bytes()
            where = f"{entry.parent.name}/{path.relative_to(entry.parent).as_posix()}"
            if data.strip():
                self._facts.files[_digest(data)] = where
            text = data.decode("utf-8", "replace")
            if path.suffix == ".py":
                self._facts.add_file(text, where, is_cases=path.name == HIDDEN)
            else:
                self._facts.add_words(text, where)
            if path.parent.name in ("mistakes", "alternatives"):
                self._facts.add_name(path.stem, where)


class _Facts:
    """Secrets by kind, each with the place in ``solutions/`` where it stands."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._fragments: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._sentences: dict[tuple[str, ...], dict[tuple[str, ...], str]] = defaultdict(dict)  # by first words
        self._arrays: dict[tuple[str, ...], dict[tuple[str, ...], str]] = defaultdict(dict)  # by first numbers

    # --- from solutions/

    def add_file(self, text: str, where: str, *, is_cases: bool) -> None:
        """Add the secrets of a Python file. One that Python cannot read is added as text, line by line."""
        try:
            self.add_code(text, where)
            if is_cases:
                self.add_cases(text, where)
        except (SyntaxError, ValueError):
            for line in Document(where, text.encode(), is_code=False).lines:
                self._lines.setdefault(line, where)
            self._add_numbers(text, where)
            self.add_words(_QUOTED.sub("\n\n", text), where)  # comments and strings apart from the code before them
            for name in _DEFINED.findall(text) if is_cases else ():
                self.add_name(name.removeprefix("test_"), where)

    def add_code(self, text: str, where: str, *, with_words: bool = True) -> None:
        """Add the secrets of Python code. It must be valid."""
        tree = ast.parse(text)
        for line in code_lines(text):
            self._lines.setdefault(line, where)
        for digest, number in fragments_of(tree):
            self._fragments.setdefault(digest, f"{where}, line {number}")
        for node in ast.walk(tree):
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                self._add_array(numbers_of(ast.unparse(node)), node, f"{where}, line {node.lineno}")
        if with_words:
            self._add_numbers(text, where)
            for words in texts_of_code(text, tree):
                self.add_words(words, where)

    def add_words(self, text: str, where: str, *, least: int = MIN_WORDS) -> None:
        """Add the sentences of a text."""
        for sentence in _SENTENCE_END.split(text):
            words = words_of(sentence)
            if len(words) >= least:
                self._sentences[words[:MIN_TITLE]].setdefault(words, where)

    def add_name(self, name: str, where: str) -> None:
        if len(name) >= MIN_NAME:
            self._names.setdefault(name, where)

    def add_cases(self, text: str, where: str) -> None:
        """Add the names and the titles of hidden cases, and the names of their helpers."""
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.add_name(node.name.removeprefix("test_"), f"{where}, line {node.lineno}")
                self.add_words(ast.get_docstring(node) or "", f"{where}, line {node.lineno}", least=MIN_TITLE)

    def _add_numbers(self, text: str, where: str) -> None:
        for number in numbers_of(text):
            if digits_of(number) >= MIN_DIGITS:
                self._numbers.setdefault(number.lstrip("-"), where)

    def _add_array(self, numbers: Sequence[str], node: ast.expr, where: str) -> None:
        inner = [part for part in ast.walk(node) if isinstance(part, ast.Constant)]
        if len(numbers) >= MIN_NUMBERS and len(inner) == len(numbers) and len(set(numbers)) > 2:
            key = tuple(numbers)
            self._arrays[key[:MIN_NUMBERS]].setdefault(key, where)

    # --- in what is handed out

    def remove(self, document: Document) -> None:
        """Forget what a document of the baseline says: it is no secret."""
        self.files.pop(_digest(document.data), None)
        for line in document.lines:
            self._lines.pop(line, None)
        for digest in document.fragments:
            self._fragments.pop(digest, None)
        for number in document.numbers:
            self._numbers.pop(number.lstrip("-"), None)
        for name in document.names:
            self._names.pop(name, None)
        for table, sequence, first in self._sequences(document):
            for key in list(_contained(table, sequence, first)):
                table[key[:first]].pop(key, None)

    def shown_in(self, document: Document) -> Iterator[tuple[str, str]]:
        """Yield kind and source of the secrets that a document shows, each kind and source once."""
        found: dict[tuple[str, str], None] = {}
        lines = {line: self._lines[line] for line in document.lines if line in self._lines}
        if len(lines) >= 2 and sum(map(len, lines)) >= MIN_LINES:
            found[f"lines of code such as {max(lines, key=len)!r}", next(iter(lines.values()))] = None
        fragments = [self._fragments[digest] for digest in document.fragments if digest in self._fragments]
        if fragments:  # the first is the largest: its parts say nothing more
            found["code", fragments[0]] = None
        for number in document.numbers:
            if (source := self._numbers.get(number.lstrip("-"))) is not None:
                found[f"the number {number}", source] = None
        for name in document.names:
            if (source := self._names.get(name)) is not None:
                found[f"the name {name}", source] = None
        for table, sequence, first in self._sequences(document):
            for key in _contained(table, sequence, first):
                kind = "the text" if table is self._sentences else "the numbers"
                found[f'{kind} "{" ".join(key)[:60]}"', table[key[:first]][key]] = None
        yield from found

    def _sequences(
        self, document: Document
    ) -> Iterator[tuple[dict[tuple[str, ...], dict[tuple[str, ...], str]], Sequence[str], int]]:
        yield self._sentences, document.words, MIN_TITLE
        for run in document.runs_of_numbers:
            yield self._arrays, run, MIN_NUMBERS


def _contained(
    table: dict[tuple[str, ...], dict[tuple[str, ...], str]], sequence: Sequence[str], first: int
) -> Iterator[tuple[str, ...]]:
    """Yield the keys of ``table`` that stand in ``sequence``, all their parts in order."""
    for start in range(len(sequence) - first + 1):
        for key in list(table.get(tuple(sequence[start : start + first]), ())):
            if tuple(sequence[start : start + len(key)]) == key:
                yield key


# --- the baseline


def _baseline(course: Iterable[Assignment]) -> Iterator[tuple[str, str]]:
    for assignment in course:
        yield from _handed_out(assignment)
    for folder in (_FRAMEWORK, template_folder()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".j2", ".css"):
                yield path.name, path.read_text(encoding="utf-8")


def _handed_out(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """Yield place and text of what students receive of one assignment; stubs are made from the solution.

    Nothing of a solution is known to be public while its stub cannot be made.
    """
    prefix = f"assignments/{assignment.slug}"
    for path in sorted(assignment.folder.glob("*")):
        is_stub = path.suffix == ".py" and path.stem in assignment.modules
        if path.is_file() and not is_stub and path.suffix in (".md", ".toml", ".py"):
            yield f"{prefix}/{path.name}", path.read_text(encoding="utf-8")
    try:
        made = stubs.texts(assignment) if assignment.solution else {}
    except AssignmentError:
        return
    for module, text in made.items():
        yield f"{prefix}/{file_of(module)}", text


def _digest(data: bytes) -> str:
    return hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).hexdigest()


def _is_staff_report(data: bytes) -> bool:
    if b'"outcomes"' not in data:
        return False
    try:
        report = json.loads(data)
    except (ValueError, RecursionError):
        return False
    outcomes = report.get("outcomes") if isinstance(report, dict) else None
    return isinstance(outcomes, list) and any(
        isinstance(each, dict) and (each.get("staff") or (not each.get("visible", True) and each.get("mismatch")))
        for each in outcomes
    )
