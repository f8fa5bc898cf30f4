"""Assignments: one folder ``assignments/<slug>/`` each and, on a staff machine, ``solutions/<slug>/``.

``assignment.toml`` lists the modules that a student hands in, the tasks and their points. Errors in it raise an
:class:`AssignmentError`. Its message names file, line and remedy of each error.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.errors import AssignmentError
from autograder.messages import DEFAULT
from autograder.model import Task

from . import data_sets, folders, manual_tasks
from . import suite as suites
from .assignment_file import LIMIT_KEYS, Source, check, parse
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
    source = Source.read(folder / TOML, shown=f"assignments/{slug}/{TOML}")
    table = parse(source)
    check(table, source)
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


def _check_suite(suite: Suite, table: dict[str, Any], source: Source) -> None:
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
    """Read every folder of ``assignments/`` that contains an assignment.toml, in the order of their numbers."""
    return [load(slug, root=root) for slug in folders.slugs_of(root)]


def recommended(course: Iterable[Assignment]) -> list[Assignment]:
    """Return the assignments in the order in which to do them: by number, but none before what it is after.

    What is not in ``course`` is taken as done, and a circle is cut at its first assignment.
    """
    rest = sorted(course, key=lambda each: folders.place_of(each.slug))
    found = []
    while rest:
        open_slugs = {each.slug for each in rest}
        found.append(next((each for each in rest if not open_slugs & {*each.after}), rest[0]))
        rest.remove(found[-1])
    return found


def choose(slugs: Sequence[str] | None, *, root: Path) -> list[Assignment]:
    """Read the assignments with these slugs, or all assignments if the list is empty or None."""
    return [load(slug, root=root) for slug in slugs] if slugs else load_all(root)
