"""Begin an assignment: everything that it consists of, from a solution whose answers are marked.

The cases that are written first check the values of each function (``examples.py``). The author replaces them.
"""

from __future__ import annotations

import ast
import keyword
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..audit import hints
from ..course import assignment as assignments
from ..course import folders, stubs, uses
from ..course.assignment import HIDDEN, VISIBLE, Assignment
from ..course.folders import TOML
from ..errors import AssignmentError, UsageError
from ..grading.reference import imported_solution
from ..workers.supervisor import Supervisor
from .examples import Example, example_of
from .release import write_new
from .templates import rendered

POINTS, VISIBLE_POINTS = 10, 4  # of each task
HINT = "All your values are doubled. Where does that 2 come from?"
_SLUG = re.compile(r"\d+(-[a-z][a-z0-9]*)+")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a solution, the name of its module, and the name of its file in messages."""

    text: str
    module: str
    shown: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """What the templates need of one task. ``example`` is None if the author has to write its cases."""

    id: str
    kind: str
    korean: str
    parameters: str
    passed_on: str
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class New:
    """The files of a new assignment in both folders, and the tasks whose cases its author has to write."""

    slug: str
    assignment: Mapping[str, bytes]
    solution: Mapping[str, bytes]
    unwritten: Sequence[str]


def check_slug(slug: str, root: Path) -> None:
    """Check that an assignment of this name can be made.

    Raises:
        UsageError: the name is malformed, or it or its number is taken.
    """
    if not _SLUG.fullmatch(slug):
        raise UsageError(
            f'"{slug}" is not the name of an assignment. Write a number and words in small letters, joined by hyphens: '
            "15-attention."
        )
    folders.slugs_of(root)  # or it is no course folder
    for folder in (root / "assignments", folders.solutions_of(root)):
        for path in sorted(folder.glob("[0-9]*")):
            if path.name == slug:
                raise UsageError(f"{'/'.join(path.parts[-2:])} exists already. Choose another name.")
            number = re.match(r"\d+", path.name)
            if number is not None and int(number[0]) == int(slug.partition("-")[0]):
                raise UsageError(f"The number of {path.name} is {number[0]}, too. Choose another number.")


def shipped(slug: str, *, torch: bool) -> Source:
    """Return the example that an assignment begins with: a loss and its gradient."""
    module = slug.partition("-")[2].replace("-", "_")
    name = "torch.py" if torch else "numpy.py"
    text = rendered("new", {name: name}, {"title": _title(slug)})[name].decode()
    return Source(text, module, f"{module}.py")


def read(path: Path) -> Source:
    """Read a solution that somebody has written.

    Raises:
        UsageError: the file cannot be read, or its name is not that of a module.
    """
    try:
        return Source(path.read_bytes().decode(), path.stem, str(path))
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path} is not UTF-8 text; save it again as UTF-8.") from exc


def new(slug: str, source: Source, *, torch: bool) -> New:
    """Make all files of an assignment, in memory. Hints are sealed only if no case is left to write.

    Raises:
        UsageError: its module would hide another one.
        AssignmentError: the markers of the solution are wrong, or it cannot be imported.
    """
    _check_module(source)
    ids = stubs.marked_tasks(source.text, path=source.shown)
    tasks = _tasks(ast.parse(source.text), ids)
    with tempfile.TemporaryDirectory(prefix="autograder-new-") as folder:
        draft = _Draft(Path(folder), slug, source, _imports(source, torch=torch))
        draft.write(tasks, {})
        tasks = _with_examples(tasks, draft)
        used = uses.of_solution(draft.load())
        for folder_of_draft in (draft.assignment, draft.solution):
            shutil.rmtree(folder_of_draft)
        draft.write(tasks, used)
        assignment = draft.load()
        stubs.write(assignment)
        unwritten = [task.id for task in tasks if task.example is None]
        if not unwritten:
            with Supervisor() as supervisor:
                hints.write(assignment, supervisor)
        return New(slug, _files(draft.assignment), _files(draft.solution), unwritten)


def write(made: New, *, root: Path) -> list[Path]:
    """Write both folders of a new assignment, or none, and return the paths of the files.

    Raises:
        UsageError: one of them exists.
        AutograderError: ``release-write`` if one cannot be written.
    """
    solution, assignment = folders.solutions_of(root) / made.slug, root / "assignments" / made.slug
    write_new(made.solution, solution)
    try:
        write_new(made.assignment, assignment)
    except BaseException:
        shutil.rmtree(solution)
        raise
    return [assignment / name for name in made.assignment] + [solution / name for name in made.solution]


class _Draft:
    """The new assignment in a course folder of its own."""

    def __init__(self, root: Path, slug: str, source: Source, imports: Sequence[str]) -> None:
        self.assignment = root / "assignments" / slug
        self.solution = root / "solutions" / slug
        self.source = source
        self._root = root
        self._imports = imports

    def write(self, tasks: Sequence[NewTask], used: Mapping[str, Sequence[str]]) -> None:
        module = f"{self.source.module}.py"
        visible, hidden = _rendered(self.assignment.name, self.source, tasks, used, self._imports)
        write_new(visible, self.assignment)
        write_new({module: self.source.text.encode(), **hidden}, self.solution)

    def load(self) -> Assignment:
        return assignments.load(self.assignment.name, root=self._root, solutions=self.solution.parent)


def _rendered(
    slug: str, source: Source, tasks: Sequence[NewTask], used: Mapping[str, Sequence[str]], imports: Sequence[str]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    examples = [task.example for task in tasks if task.example is not None]
    worked = "".join(text for each in examples for text in (*each.arguments, each.result))
    doubled = next((task for task in tasks if task.example is not None and task.example.can_double), None)
    wrapped = doubled or next((task for task in tasks if task.kind == "function"), None)
    values: dict[str, Any] = {
        "slug": slug,
        "number": slug.partition("-")[0],
        "title": _title(slug),
        "module": source.module,
        "tasks": tasks,
        "points": POINTS,
        "visible": VISIBLE_POINTS,
        "imports": imports,
        "needs": " and ".join(imports) or "Python",
        "uses": used,
        "needed": [name for name in ("np", "torch") if f"{name}." in worked],
        "drawn": "".join(text for each in examples for text in each.drawn),
        "worked": bool(examples),
        "unwritten": len(examples) < len(tasks),
        "hint": HINT,
        "mistaken": doubled is not None,
    }
    visible = {"README.md": "README.md", "README.ko.md": "README.ko.md", TOML: TOML, VISIBLE: VISIBLE}
    files = rendered("new", visible | {"ko.toml": "ko-visible.toml"}, values)
    secret = rendered("new", {HIDDEN: HIDDEN, "ko.toml": "ko-hidden.toml"}, values)
    if doubled is not None:
        secret |= rendered("new", {"mistakes/twice.py": "mistake.py"}, {"task": doubled, "hint": HINT})
    if wrapped is not None:
        secret |= rendered("new", {"alternatives/same.py": "alternative.py"}, {"task": wrapped})
    return files, secret


# --- the tasks


def _tasks(tree: ast.Module, ids: Sequence[str]) -> list[NewTask]:
    definitions = {node.name: node for node in tree.body if isinstance(node, _Definition)}
    return [_task(definitions[name]) for name in ids]


def _task(node: _Definition) -> NewTask:
    if isinstance(node, ast.ClassDef):
        return NewTask(node.name, "class", "클래스", "", "")
    spec = node.args
    passed = [argument.arg for argument in (*spec.posonlyargs, *spec.args)]
    passed += [f"*{spec.vararg.arg}"] if spec.vararg else []
    passed += [f"{argument.arg}={argument.arg}" for argument in spec.kwonlyargs]
    passed += [f"**{spec.kwarg.arg}"] if spec.kwarg else []
    return NewTask(node.name, "function", "함수", ast.unparse(spec), ", ".join(passed))


def _with_examples(tasks: Sequence[NewTask], draft: _Draft) -> list[NewTask]:
    own = str(draft.solution / f"{draft.source.module}.py")
    try:
        with imported_solution(draft.load()) as module:
            found = {task.id: example_of(getattr(module, task.id, None)) for task in tasks}
    except AssignmentError as exc:
        raise AssignmentError(exc.message.replace(own, draft.source.shown)) from exc
    return [replace(task, example=found[task.id]) for task in tasks]


# --- names


def _title(slug: str) -> str:
    return slug.partition("-")[2].replace("-", " ").capitalize()


def _check_module(source: Source) -> None:
    name = source.module
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f'"{name}" is not the name of a module. Use letters, digits and underscores: {source.shown}.')
    if name in sys.stdlib_module_names or name in ("numpy", "torch", "autograder", "test_visible", "test_hidden"):
        raise UsageError(f"A module {name} exists already. Choose another name than {source.shown}.")


def _imports(source: Source, *, torch: bool) -> list[str]:
    """Return the packages that the solution imports, without the standard library."""
    found = {"torch"} if torch else set()
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return sorted(found - set(sys.stdlib_module_names))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
