"""Assignments: one folder ``assignments/<slug>/`` each and, on a staff machine, ``solutions/<slug>/``.

``assignment.toml`` lists the modules that a student hands in, the tasks and their points. Errors in it raise an
:class:`AssignmentError`. Its message names file, line and remedy of each error.
"""

from __future__ import annotations

import hashlib
import json
import keyword
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from autograder.errors import AssignmentError, did_you_mean
from autograder.messages import DEFAULT, languages
from autograder.model import Task

from . import data_sets, folders, framework, manual_tasks
from . import suite as suites
from .folders import TOML
from .suite import Suite

VISIBLE = "test_visible.py"
HIDDEN = "test_hidden.py"
_USED_OF_STUDENT = re.compile(rb"\bstudent\.([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment: its tasks, its folders, and the imports and limits of a submission's worker.

    ``modules`` are the names of the modules that a student hands in, without ``.py``. The first is the main module.
    ``allowed_imports`` are top-level packages outside the standard library. ``limits`` contains only the limits that
    ``[limits]`` overrides. ``solution`` is None on a student's machine. ``uses`` maps a task to the tasks that its own
    functions call; tasks that use none are left out. ``published`` is true after the hand-in (``release --answers``):
    the hidden cases are then visible ones. ``manual`` are the tasks that a person grades; ``tasks`` are the others.
    The cases of an adopted assignment are the tests of ``suite``; None there means that this machine does not have it.
    Its modules may be dotted: "layers.dense" is ``layers/dense.py``. ``after`` are the slugs of assignments that
    students should have done before. ``data`` is the data set of the cases that ask for one (``data_sets.py``), "" if
    the assignment offers no choice.
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
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    published: bool = False
    manual: tuple[Task, ...] = ()
    adopted: bool = False
    suite: Suite | None = field(default=None, hash=False)
    data: str = ""
    mnist_limits: dict[str, float] = field(default_factory=dict, hash=False)
    after: tuple[str, ...] = ()

    @property
    def current_limits(self) -> dict[str, float]:
        """The limits that ``[limits]`` overrides, and on MNIST those of ``[limits.mnist]``."""
        return self.limits | self.mnist_limits if self.data == data_sets.MNIST else self.limits

    @property
    def all_tasks(self) -> tuple[Task, ...]:
        """The tasks that cases grade, and those that a person grades."""
        return (*self.tasks, *self.manual)

    @property
    def tasks_with_points(self) -> tuple[Task, ...]:
        """All tasks but the challenges."""
        return tuple(task for task in self.all_tasks if not task.challenge)

    @property
    def solution_name(self) -> str:
        """The solution's folder in messages: ``solutions/05-logistic``, without the folders above it."""
        return "/".join(self.solution.parts[-2:]) if self.solution else f"solutions/{self.slug}"

    @property
    def visible_cases(self) -> Path:
        """The file of cases that students receive. It always exists, except in an adopted assignment."""
        return self.folder / VISIBLE

    @property
    def hidden_cases(self) -> Path | None:
        """The file of cases that students do not receive, or None if it does not exist."""
        path = self.solution / HIDDEN if self.solution else None
        return path if path and path.is_file() else None

    @property
    def asked_names(self) -> frozenset[str]:
        """The names that students must define: the tasks, and what the cases use of ``student``.

        The stub does not tell: on a student's machine it is the student's own file.
        """
        if self.adopted:
            return suites.used_names(self.suite, map(import_name, self.modules)) if self.suite else frozenset()
        files = (path for path in (self.visible_cases, self.hidden_cases) if path)
        used = (name for path in files for name in _USED_OF_STUDENT.findall(path.read_bytes()))
        return frozenset(task.id for task in self.tasks) | {name.decode() for name in used}

    @property
    def packages(self) -> frozenset[str]:
        """The packages that a worker can import in addition to the standard library. Its own code needs numpy."""
        return frozenset(self.allowed_imports) | {"numpy"}

    @property
    def needs_torch(self) -> bool:
        """Whether its worker must be forked from a process that has imported torch."""
        return "torch" in self.allowed_imports

    def stub(self, module: str) -> Path:
        """Return the path of the stub of ``module``, which need not exist yet.

        Raises:
            ValueError: the assignment does not list this module.
        """
        if module not in self.modules:
            raise ValueError(f"{self.slug} asks for {', '.join(self.modules)}, not for {module}.")
        return self.folder / file_of(module)

    def edited_file(self, module: str) -> Path:
        """Return the file that a student edits: the stub, or the notebook that a release has in place of it."""
        stub = self.stub(module)
        notebook = stub.with_suffix(".ipynb")
        return notebook if notebook.is_file() and not stub.is_file() else stub

    def support_files(self) -> dict[str, bytes]:
        """Return the files of an adopted suite that every worker gets, because the student's modules import them.

        Raises:
            AssignmentError: one is missing.
        """
        names = self.suite.support if self.suite else ()
        try:
            return {name: (self.folder / name).read_bytes() for name in names}
        except OSError as exc:
            raise AssignmentError(
                f"{exc.filename} cannot be read ({exc.strerror}), but {suites.TABLE} names it under support."
            ) from exc

    def digest(self) -> str:
        """Return the sha256 (hex) of the names and contents of the files in both folders, wherever these are.

        Caches and hidden files do not count.
        """
        digest = hashlib.sha256()
        for name, path in self.files():
            content = path.read_bytes()
            # lengths first, so that two different sets of files never give the same bytes
            digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield name and path of each file in both folders, such as ``assignments/05-logistic/README.md``."""
        for kind, folder in (("assignments", self.folder), ("solutions", self.solution)):
            if folder is None:
                continue
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder)
                if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                    yield f"{kind}/{self.slug}/{name.as_posix()}", path


def file_of(module: str) -> str:
    """Return the path of a module in a folder of modules: "layers/dense.py" for "layers.dense"."""
    return f"{module.replace('.', '/')}.py"


def import_name(module: str) -> str:
    """Return the name under which a module is imported: "layers" for "layers.__init__"."""
    return module.removesuffix(".__init__")


def load(slug_or_path: str | Path, *, root: Path, solutions: Path | None = None) -> Assignment:
    """Read one assignment from the course folder ``root``, by its slug or by the path of its folder.

    ``solutions`` is the folder of the solutions (default: see ``folders.solutions_of``).

    Raises:
        UsageError: the assignment does not exist, or the folder of the solutions.
        AssignmentError: its folder is wrong.
    """
    root = root.resolve()
    slug = folders.slug_of(slug_or_path, root)
    return _read(root / "assignments" / slug, (solutions or folders.solutions_of(root)) / slug)


def load_folder(folder: Path) -> Assignment:
    """Read the assignment in a folder that is part of no course of ours. It has no solution.

    Raises:
        AssignmentError: the folder is wrong.
    """
    return replace(_read(folder.resolve(), folder / "no solution"), solution=None)


def _read(folder: Path, solution: Path) -> Assignment:
    slug = folder.name
    source = _Source.read(folder / TOML, shown=f"assignments/{slug}/{TOML}")
    table = _parse(source)
    _check(table, source)
    adopted = table.get("suite")
    if adopted is None and not (folder / VISIBLE).is_file():
        raise AssignmentError(f"assignments/{slug}/{VISIBLE} is missing; write the visible cases in it.")
    tasks = [manual_tasks.task_of(task) for task in table["task"]]
    suite = _suite(folder if adopted == "visible" else solution, adopted) if adopted else None
    if suite is not None:
        _check_suite(suite, table, source)
    return Assignment(
        slug=slug,
        title=table["title"],
        points=float(table["points"]),
        tasks=tuple(task for task in tasks if task.kind == manual_tasks.CASES),
        manual=tuple(task for task in tasks if task.kind == manual_tasks.MANUAL),
        modules=tuple(table["modules"]),
        allowed_imports=tuple(table.get("allowed_imports", ())),
        language=table.get("language", DEFAULT),
        limits=_limits(table.get("limits", {})),
        mnist_limits=_limits(table.get("limits", {}).get(data_sets.MNIST, {})),
        data=table.get("data", ""),
        folder=folder,
        solution=solution if solution.is_dir() else None,
        uses={task["id"]: tuple(task["uses"]) for task in table["task"] if task.get("uses")},
        published=table.get("published", False),
        adopted=adopted is not None,
        suite=suite,
        after=tuple(table.get("after", ())),
    )


def _limits(table: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in table.items() if key in LIMIT_KEYS}


def _suite(folder: Path, kind: str) -> Suite | None:
    """Read the suite in ``folder``; None if it is hidden and this machine has no solutions."""
    if kind == "hidden" and not folder.is_dir():
        return None
    return suites.read(folder, shown="/".join(folder.parts[-2:]))


def _check_suite(suite: Suite, table: dict[str, Any], source: _Source) -> None:
    points = {task["id"]: task["points"] for task in table["task"]}
    challenges = {task["id"] for task in table["task"] if task.get("challenge")}
    for test in suite.tests:
        if test.task not in points:
            raise AssignmentError(
                f"{suites.TABLE}: {test.id} is of the task {test.task}, which {source.shown} does not have; it has "
                f"{', '.join(points)}."
            )
        if not test.points and test.task not in challenges:
            raise AssignmentError(
                f"{suites.TABLE}: points of {test.id} is 0; write a number above 0, or make {test.task} a challenge in "
                f"{source.shown}."
            )
    for i, (task, possible) in enumerate(points.items()):
        total = math.fsum(test.points for test in suite.tests if test.task == task)
        if not math.isclose(total, possible, abs_tol=1e-6):
            source.fail(
                ("task", i, "points"),
                f"points is {possible:g}, but its tests in {suites.TABLE} are worth {total:g}; make the two equal.",
            )


def load_all(root: Path) -> list[Assignment]:
    """Read every folder of ``assignments/`` that contains an assignment.toml, sorted by slug."""
    return [load(slug, root=root) for slug in folders.slugs_of(root)]


def recommended(course: Iterable[Assignment]) -> list[Assignment]:
    """Return the assignments in the order in which students should do them: by slug, but none before what it is after.

    What is not in ``course`` is taken as done, and a circle is cut at its first assignment.
    """
    rest = sorted(course, key=lambda each: each.slug)
    found = []
    while rest:
        open_slugs = {each.slug for each in rest}
        found.append(next((each for each in rest if not open_slugs & {*each.after}), rest[0]))
        rest.remove(found[-1])
    return found


def choose(slugs: Sequence[str] | None, *, root: Path) -> list[Assignment]:
    """Read the assignments with these slugs, or all assignments if the list is empty or None."""
    return [load(slug, root=root) for slug in slugs] if slugs else load_all(root)


# --- reading the file

Location = tuple[str | int, ...]
"""The location of a value: ``("points",)``, ``("task", 1, "points")``, ``("modules", 0)``."""

_Kind = tuple[tuple[Callable[[Any], bool], str], ...]
"""The tests of a value, in order, each with a description of a valid value for the message."""

_NUMBER = (
    (lambda value: type(value) in (int, float), "a number"),
    (lambda value: -1e300 < value < 1e300, "a finite number"),
    (lambda value: value > 0, "a number above 0"),
)
_POINTS: _Kind = (*_NUMBER[:2], (lambda value: value >= 0, "a number above 0"))  # of a task; a challenge has 0
_TEXT: _Kind = ((lambda value: isinstance(value, str), "text in quotes"), (bool, "at least one character"))
_WHOLE: _Kind = ((lambda value: type(value) is int, "a whole number"), _NUMBER[2])
_NAMES: _Kind = ((lambda value: isinstance(value, list), 'a list such as ["numpy"]'),)
_SOME: _Kind = (*_NAMES, (bool, "at least one entry"))
_LANGUAGE: _Kind = ((lambda value: value in languages(), " or ".join(f'"{each}"' for each in languages())),)
_VERSIONS: _Kind = (*_TEXT, (framework.is_specifier, 'versions of autograder, such as ">=0.2" or ">=0.2,<1"'))
_SUITE: _Kind = ((lambda value: value in suites.KINDS, '"visible" or "hidden"'),)
_DATA: _Kind = ((lambda value: value in data_sets.NAMES, " or ".join(f'"{each}"' for each in data_sets.NAMES)),)
_YES: _Kind = ((lambda value: type(value) is bool, "true or false"),)
_TABLE: _Kind = ((lambda value: isinstance(value, dict), "a table, headed by its name in brackets"),)
_TASKS: _Kind = (
    (
        lambda value: isinstance(value, list) and value != [],
        "a table headed [[task]], in double brackets, for each task",
    ),
)

KEYS: Mapping[str, _Kind] = {
    "title": _TEXT, "points": _NUMBER, "modules": _SOME, "allowed_imports": _NAMES, "after": _NAMES,
    "language": _LANGUAGE, "requires": _VERSIONS, "published": _YES, "suite": _SUITE, "task": _TASKS,
    "limits": _TABLE, "data": _DATA,
}  # fmt: skip
_TASK_KIND: _Kind = ((lambda value: value in manual_tasks.KINDS, '"cases" or "manual"'),)
TASK_KEYS: Mapping[str, _Kind] = {
    "id": _TEXT, "title": _TEXT, "points": _POINTS, "challenge": _YES, "uses": _NAMES, "kind": _TASK_KIND,
    "rubric": _TABLE,
}  # fmt: skip
LIMIT_KEYS: Mapping[str, _Kind] = {
    "call_s": _NUMBER, "cell_s": _NUMBER, "load_s": _NUMBER, "submission_s": _NUMBER, "cpu_s": _NUMBER,
    "memory_mib": _WHOLE, "result_mib": _WHOLE,
}  # fmt: skip
"""The limits that an assignment may override. The sandbox has the defaults, so ``limits`` contains no missing keys."""
OPTIONAL = {
    "allowed_imports",
    "after",
    "language",
    "requires",
    "published",
    "suite",
    "limits",
    "data",
    "uses",
    "challenge",
    "kind",
    "rubric",
    data_sets.MNIST,
    *LIMIT_KEYS,
}
ENTRIES: Mapping[str, _Kind] = {
    "modules": _TEXT[:1], "allowed_imports": _TEXT[:1], "after": _TEXT[:1], "task": _TABLE, "uses": _TEXT[:1],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of an assignment.toml, and its name in messages."""

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


def _parse(source: _Source) -> dict[str, Any]:
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as exc:
        raise AssignmentError(_syntax_sentence(source, str(exc))) from exc
    _check_version(table.get("requires"), source)  # first: a newer version may have further keys
    tables = list(_tables(table))
    # report a misspelt key before the missing key that it was meant to be
    faults = [fault for each in tables for fault in _unknown_keys(*each)]
    faults += [fault for each in tables for fault in _wrong_values(*each)]
    if faults:
        raise AssignmentError("\n".join(source.sentence(at, problem) for at, problem in faults))
    return table


def _check_version(wanted: Any, source: _Source) -> None:
    if isinstance(wanted, str) and framework.is_specifier(wanted) and not framework.is_met(wanted):
        source.fail(
            ("requires",),
            f'requires is "{wanted}", but autograder {framework.version()} is installed; install a version that fits '
            "(in a course of your own: make upgrade WHEEL=path), or correct this line.",
        )


def _syntax_sentence(source: _Source, text: str) -> str:
    # tomllib ends its messages in "(at line 3, column 5)" or "(at end of document)"
    reason, _, place = text.rstrip(")").rpartition(" (at ")
    found = re.search(r"line (\d+)", place)
    line = int(found[1]) if found else source.text.rstrip().count("\n") + 1
    return f"{source.shown}, line {line}: this is not valid TOML ({reason}); correct this line or the one before it."


_Fault = tuple[Location, str]


def _tables(table: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Mapping[str, _Kind], Location]]:
    """Yield the table of the whole file and the tables inside it, each with its valid keys and its location."""
    yield table, KEYS, ()
    for i, task in _entries(table.get("task")):
        if isinstance(task, dict):
            yield task, TASK_KEYS, ("task", i)
    if isinstance(limits := table.get("limits"), dict):
        yield limits, {**LIMIT_KEYS, data_sets.MNIST: _TABLE}, ("limits",)
        if isinstance(on_mnist := limits.get(data_sets.MNIST), dict):
            yield on_mnist, LIMIT_KEYS, ("limits", data_sets.MNIST)


def _entries(value: Any) -> Iterable[tuple[int, Any]]:
    return enumerate(value) if isinstance(value, list) else ()


def _unknown_keys(table: dict[str, Any], keys: Mapping[str, _Kind], at: Location) -> Iterator[_Fault]:
    for key in table:
        if key not in keys:
            remedy = did_you_mean(key, list(keys)) or f" Write one of {', '.join(keys)}."
            yield (*at, key), f"the key {key} is unknown.{remedy}"


def _wrong_values(table: dict[str, Any], keys: Mapping[str, _Kind], at: Location) -> Iterator[_Fault]:
    for key, kind in keys.items():
        if key in table:
            yield from _fault(table[key], kind, (*at, key))
        elif key not in OPTIONAL:
            yield (*at, key), f"{key} is missing; add it{' to this task' if at else ''}."
        for i, entry in _entries(table.get(key)) if key in ENTRIES else ():
            yield from _fault(entry, ENTRIES[key], (*at, key, i))


def _fault(value: Any, kind: _Kind, at: Location) -> Iterator[_Fault]:
    """Yield the error of an invalid value and its remedy, as the end of a sentence."""
    wanted = next((words for holds, words in kind if not holds(value)), None)
    if wanted is not None:
        key = next(part for part in reversed(at) if isinstance(part, str))
        yield at, f"{key} {'holds' if isinstance(at[-1], int) else 'is'} {_shown(value)}; write {wanted}."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


# --- checks of several values


def _check(table: dict[str, Any], source: _Source) -> None:
    for name in table["modules"]:
        parts = name.split(".") if "suite" in table else [name]
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            example = name.removesuffix(".py")
            remedy = f'write "{example}"' if example.isidentifier() else "use letters, digits and underscores only"
            source.fail(("modules",), f'modules holds "{name}", which is not the name of a module; {remedy}.')
    for name in table.get("allowed_imports", ()):
        if not name.isidentifier():
            top = name.split(".")[0]
            remedy = f'write "{top}"' if top.isidentifier() else "write the name as in the import statement"
            source.fail(("allowed_imports",), f'allowed_imports holds "{name}"; {remedy}.')
    if repeated := _repeated(table["modules"]):
        source.fail(("modules",), f'modules holds "{table["modules"][repeated]}" twice; name it once.')
    ids = [task["id"] for task in table["task"]]
    if repeated := _repeated(ids):
        source.fail(("task", repeated, "id"), f'id is "{ids[repeated]}", as in an earlier task; choose another.')
    for i, task in enumerate(table["task"]):
        for name in task.get("uses", ()):
            if name not in ids or name == task["id"]:
                source.fail(
                    ("task", i, "uses"), f'uses holds "{name}", which is no other task; write one of their ids.'
                )
    for i, task in enumerate(table["task"]):
        if problem := manual_tasks.problem(task):
            source.fail(("task", i, problem.key), problem.sentence)
    if all(task.get("kind") == manual_tasks.MANUAL for task in table["task"]):
        source.fail(("task", 0, "kind"), "no task has cases; write at least one that has, or grade by hand alone.")
    total = math.fsum(task["points"] for task in table["task"])
    if not math.isclose(total, points := table["points"]):
        source.fail(("points",), f"points is {points:g}, but the tasks add up to {total:g}; make them equal.")


def _repeated(names: list[str]) -> int:
    """Return the index of the first name that also appears earlier in the list, or 0."""
    return next((i for i, name in enumerate(names) if name in names[:i]), 0)


_HEADER = re.compile(r"\s*\[+\s*([\w-]+)\s*\]+")


def _line_of(text: str, at: Location) -> int:
    """Return the line (from 1) of the value at ``at``. Scan the text for its table and key.

    For a missing key, return the line of its table's header. For a key of a table in braces, return the first line
    that contains the key.
    """
    lines = text.split("\n")
    headers = [(i, match[1]) for i, line in enumerate(lines) if (match := _HEADER.match(line))]
    start, key = -1, str(at[0])  # the top table has no header; -1 is the line before the first
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
