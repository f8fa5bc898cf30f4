"""What is asked: one folder ``assignments/<slug>/`` and, where staff work, ``solutions/<slug>/``.

``assignment.toml`` says what a student hands in, which tasks there are and what they are worth. Every fault in
it becomes an :class:`AssignmentError` of whole sentences, each with file, line and remedy.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import keyword
import math
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from autograder.errors import AssignmentError, UsageError
from autograder.messages import languages
from autograder.model import Task

TOML = "assignment.toml"
VISIBLE = "test_visible.py"
HIDDEN = "test_hidden.py"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is asked, where it lies, and how far a submission's worker may go.

    ``modules`` are handed in, without ``.py``; the first is the main one. ``allowed_imports`` are top-level
    packages beyond the standard library. ``limits`` holds only what ``[limits]`` overrides. ``solution`` is None
    on a student's machine.
    """

    slug: str
    title: str
    points: float
    tasks: tuple[Task, ...]
    modules: tuple[str, ...]
    allowed_imports: tuple[str, ...]
    language: str
    limits: dict[str, float] = field(hash=False)
    folder: Path
    solution: Path | None

    @property
    def visible_cases(self) -> Path:
        """The file of cases that students receive; it is there."""
        return self.folder / VISIBLE

    @property
    def hidden_cases(self) -> Path | None:
        """The file of cases that nobody receives, or None where it is not there."""
        path = self.solution / HIDDEN if self.solution else None
        return path if path and path.is_file() else None

    @property
    def needs_torch(self) -> bool:
        """Whether its worker has to be forked from a process that has imported torch."""
        return "torch" in self.allowed_imports

    def stub(self, module: str) -> Path:
        """Return where the stub of ``module`` lies (or will be generated); ValueError for a module not asked for."""
        if module not in self.modules:
            raise ValueError(f"{self.slug} asks for {', '.join(self.modules)}, not for {module}.")
        return self.folder / f"{module}.py"

    def digest(self) -> str:
        """Return the sha256 (hex) over names and bytes of the files of both folders, but for caches and hidden ones."""
        digest = hashlib.sha256()
        for name, path in self._files():
            content = path.read_bytes()
            # lengths first, so that no two sets of files read the same
            digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[str, Path]]:
        for folder in filter(None, (self.folder, self.solution)):
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder.parent.parent)
                if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                    yield name.as_posix(), path


def load(slug_or_path: str | Path, *, root: Path) -> Assignment:
    """Read one assignment, given by its slug or by the path of its folder, from the course folder ``root``.

    Raises UsageError when there is no such assignment, AssignmentError when its folder is wrong.
    """
    root = root.resolve()
    slug = _slug_of(slug_or_path, root)
    folder, solution = root / "assignments" / slug, root / "solutions" / slug
    source = _Source.read(folder / TOML, shown=f"assignments/{slug}/{TOML}")
    table = _parse(source)
    _check(table, source)
    if not (folder / VISIBLE).is_file():
        raise AssignmentError(f"assignments/{slug}/{VISIBLE} is missing; write the visible cases in it.")
    return Assignment(
        slug=slug,
        title=table.title,
        points=table.points,
        tasks=tuple(Task(task.id, task.title, task.points) for task in table.task),
        modules=tuple(table.modules),
        allowed_imports=tuple(table.allowed_imports),
        language=table.language,
        limits=table.limits.model_dump(exclude_unset=True),
        folder=folder,
        solution=solution if solution.is_dir() else None,
    )


def load_all(root: Path) -> list[Assignment]:
    """Read every folder of ``assignments/`` that holds an assignment.toml, sorted by slug."""
    return [load(slug, root=root) for slug in _slugs(root)]


# Which folder


def _slugs(root: Path) -> list[str]:
    if not (root / "assignments").is_dir():
        raise UsageError(
            f"{root} has no folder named assignments. Run this command in the course folder, or use --root."
        )
    return sorted(path.parent.name for path in (root / "assignments").glob(f"[!.]*/{TOML}"))


def _slug_of(slug_or_path: str | Path, root: Path) -> str:
    """Return the name of the folder below ``assignments/``; a path may start here, at the root or at assignments/."""
    slugs = _slugs(root)
    for start in (root / "assignments", Path.cwd(), root):
        path = Path(os.path.abspath(start / slug_or_path))
        if path.is_dir() and path.parent.samefile(root / "assignments"):
            return path.name
    wanted = str(slug_or_path)
    close = difflib.get_close_matches(wanted, slugs) or [slug for slug in slugs if wanted and wanted in slug]
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    known = f"The assignments are {', '.join(slugs)}." if slugs else "The folder assignments is empty."
    raise UsageError(f'There is no assignment "{wanted}".{guess} {known}')


# Reading the file

Location = Sequence[str | int]
"""Where a value stands, as pydantic gives it: ``("points",)``, ``("task", 1, "points")``, ``("modules", 0)``."""

Text = Annotated[str, StringConstraints(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _TaskTable(_Table):
    id: Text
    title: Text
    points: Positive


class _LimitsTable(_Table):
    """What a course may override; defaults live with the sandbox, so a key left out stays out of ``limits``."""

    call_s: Positive = 1.0
    load_s: Positive = 1.0
    submission_s: Positive = 1.0
    cpu_s: Positive = 1.0
    memory_mib: Annotated[int, Field(gt=0)] = 1


class _AssignmentTable(_Table):
    title: Text
    points: Positive
    modules: Annotated[list[str], Field(min_length=1)]
    allowed_imports: list[str] = []
    language: str = "en"
    task: Annotated[list[_TaskTable], Field(min_length=1)]
    limits: _LimitsTable = _LimitsTable()


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of an assignment.toml and the name by which messages call it."""

    shown: str
    text: str

    @classmethod
    def read(cls, path: Path, *, shown: str) -> _Source:
        try:
            content = path.read_bytes()
        except OSError as exc:
            raise AssignmentError(f"{shown} cannot be read ({exc.strerror}); create it, or make it readable.") from exc
        try:
            return cls(shown, content.decode("utf-8-sig"))
        except UnicodeDecodeError as exc:
            line = content.count(b"\n", 0, exc.start) + 1
            raise AssignmentError(f"{shown}, line {line}: this is not UTF-8 text; save the file as UTF-8.") from exc

    def sentence(self, at: Location, problem: str) -> str:
        return f"{self.shown}, line {_line_of(self.text, at)}: {problem}"

    def fail(self, at: Location, problem: str) -> NoReturn:
        raise AssignmentError(self.sentence(at, problem))


def _parse(source: _Source) -> _AssignmentTable:
    try:
        return _AssignmentTable.model_validate(tomllib.loads(source.text))
    except tomllib.TOMLDecodeError as exc:
        raise AssignmentError(_syntax_sentence(source, str(exc))) from exc
    except ValidationError as exc:
        # a misspelt key comes before the complaint that the right one is missing
        errors = sorted(exc.errors(), key=lambda error: error["type"] != "extra_forbidden")
        sentences = (source.sentence(error["loc"], _problem(error)) for error in errors)
        raise AssignmentError("\n".join(sentences)) from exc


def _syntax_sentence(source: _Source, text: str) -> str:
    # tomllib ends its messages in "(at line 3, column 5)" or "(at end of document)"
    reason, _, place = text.rstrip(")").rpartition(" (at ")
    found = re.search(r"line (\d+)", place)
    line = int(found[1]) if found else source.text.rstrip().count("\n") + 1
    return f"{source.shown}, line {line}: this is not valid TOML ({reason}); correct this line or the one before it."


_WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "finite_number": "a finite number",
    "greater_than": "a number above 0",
    "string_type": "text in quotes",
    "string_too_short": "at least one character",
    "list_type": 'a list such as ["numpy"]',
    "too_short": "at least one entry",
    "model_type": "a table, headed by its name in brackets",
}
"""What to write instead, by pydantic's type of error."""


def _problem(error: ErrorDetails) -> str:
    """Say what is wrong with one value and what to write, as the end of a sentence."""
    at, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(at)
    key = next(part for part in reversed(at) if isinstance(part, str))
    if kind == "missing":
        return f"{key} is missing; add it{' to this task' if len(at) > 1 else ''}."
    wanted = _WANTED.get(kind, "what the reference of assignment.toml says")
    if at == ("task",):
        wanted = "a table headed [[task]], in double brackets, for each task"
    verb = "holds" if isinstance(at[-1], int) else "is"
    return f"{key} {verb} {_shown(error['input'])}; write {wanted}."


def _unknown_key(at: Location) -> str:
    tables: dict[str | int, type[_Table]] = {"task": _TaskTable, "limits": _LimitsTable}
    known = list((tables[at[0]] if len(at) > 1 else _AssignmentTable).model_fields)
    close = difflib.get_close_matches(str(at[-1]), known, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"write one of {', '.join(known)}."
    return f"the key {at[-1]} is unknown; {remedy}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


# What pydantic cannot say


def _check(table: _AssignmentTable, source: _Source) -> None:
    for name in table.modules:
        if not name.isidentifier() or keyword.iskeyword(name):
            example = name.removesuffix(".py")
            remedy = f'write "{example}"' if example.isidentifier() else "use letters, digits and underscores only"
            source.fail(("modules",), f'modules holds "{name}", which is not the name of a module; {remedy}.')
    for name in table.allowed_imports:
        if not name.isidentifier():
            top = name.split(".")[0]
            remedy = f'write "{top}"' if top.isidentifier() else "write the name as in the import statement"
            source.fail(("allowed_imports",), f'allowed_imports holds "{name}"; {remedy}.')
    if table.language not in languages():
        known = " or ".join(f'"{language}"' for language in languages())
        source.fail(("language",), f'language is "{table.language}"; write {known}.')
    if repeated := _repeated(table.modules):
        source.fail(("modules",), f'modules holds "{table.modules[repeated]}" twice; name it once.')
    ids = [task.id for task in table.task]
    if repeated := _repeated(ids):
        source.fail(("task", repeated, "id"), f'id is "{ids[repeated]}", as in an earlier task; choose another.')
    total = math.fsum(task.points for task in table.task)
    if not math.isclose(total, table.points):
        source.fail(("points",), f"points is {table.points:g}, but the tasks add up to {total:g}; make them equal.")


def _repeated(names: list[str]) -> int:
    """Return the index of the first name that stands earlier in the list as well, or 0."""
    return next((i for i, name in enumerate(names) if name in names[:i]), 0)


_HEADER = re.compile(r"\s*\[+\s*([\w-]+)\s*\]+")


def _line_of(text: str, at: Location) -> int:
    """Return the line (from 1) on which the value at ``at`` stands, found by its table and key in a plain scan.

    What is not in the file (a missing key) is placed at the head of its table; in a table written in braces, the
    first line that holds the key is taken.
    """
    lines = text.split("\n")
    headers = [(i, match[1]) for i, line in enumerate(lines) if (match := _HEADER.match(line))]
    start, key = -1, str(at[0])  # the head of the top table is the line before the first
    if len(at) > 1 and isinstance(at[-1], str):
        key = at[-1]
        same = [i for i, name in headers if name == at[0]]
        number = at[1] if isinstance(at[1], int) else 0
        if number >= len(same):
            return next((i for i, line in enumerate(lines, 1) if re.search(rf"\b{re.escape(key)}\b", line)), 1)
        start = same[number]
    elif own := [i for i, name in headers if name == key]:
        return own[0] + 1
    end = next((i for i, _ in headers if i > start), len(lines))
    pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    return next((i for i in range(start + 1, end) if pattern.match(lines[i])), max(start, 0)) + 1
