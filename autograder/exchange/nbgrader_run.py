"""Run one notebook of a student: its own cells in a worker, the test cells of the gradebook on the trusted side."""

from __future__ import annotations

import ast
import contextlib
import importlib.metadata
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..course import assignment as assignments
from ..course import notebook as notebooks
from ..errors import SubmissionRejected
from ..grading.cells import CellScore, Failure, TestCell, as_shown, define, with_hidden_blanked, without_hidden
from ..grading.environment import require_complete
from ..grading.notebook_points import points
from ..grading.visible_names import for_worker
from ..guest.module_names import modules_of
from ..messages import say
from ..model import Level, Verdict
from ..student.cells import CellConnection, CellRun, NotebookRun
from ..student.handle import StudentCode
from ..student.imports import installed
from ..student.module import Modules, Namespace
from ..student.source import ModuleSources, defined_names, parameters_of
from ..wall.limits import Limits
from ..workers.folders import TemporaryFolder
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from . import nbgrader_files
from .nbgrader_cells import KnownNotebook, Role, role_of

MAIN = "submitted_notebook"  # the module that a notebook becomes in the worker
PACKAGES = (
    "numpy", "torch", "torchvision", "scipy", "pandas", "scikit-learn", "sympy", "networkx", "pillow", "scikit-image",
    "statsmodels", "matplotlib", "seaborn", "jax", "tensorflow", "transformers", "einops",
)  # fmt: skip
"""Packages that student code can import, as far as they are installed, unless the course says otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of each notebook, and the packages that its code can import."""

    cell_s: float = 30.0
    call_s: float = 10.0
    notebook_s: float = 300.0
    memory_mib: int = 2048
    packages: tuple[str, ...] = PACKAGES
    level: Level = Level.FULL


@dataclass(frozen=True, slots=True)
class Submitted:
    """A notebook to run: its name, its restored cells, and the folders of the submission and of the source."""

    name: str
    cells: Sequence[Any]
    known: KnownNotebook
    folder: Path
    source: Path
    kept_files: frozenset[str] = frozenset()


@dataclass(slots=True)
class Result:
    """What became of a notebook: scores by the name of the test cell, and what the student's cells did, by number.

    ``notes`` are sentences for the student, ``staff`` those for staff. ``hidden_from`` is the number of the first cell
    with hidden tests.
    """

    scores: dict[str, CellScore] = field(default_factory=dict)
    runs: dict[int, CellRun] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    hidden_from: int | None = None

    @property
    def may_tell_hidden(self) -> bool:
        """Whether code of the student that knows hidden inputs has printed or raised something, or failed a check."""
        if self.hidden_from is None:
            return False
        runs = [run for number, run in self.runs.items() if number > self.hidden_from]
        seen = any(
            score.printed or any(not each.is_hidden for each in score.failures) for score in self.scores.values()
        )
        return seen or any(run.output or run.incident or run.fault for run in runs)


def _as_shown(result: Result, clean: Result) -> Result:
    """Return the scores of ``result`` with what students may read, which is that of a run without hidden tests."""
    after = result.hidden_from or 0
    runs = {number: clean.runs.get(number, run) if number > after else run for number, run in result.runs.items()}
    scores = {name: as_shown(score, clean.scores[name]) for name, score in result.scores.items()}
    return replace(result, scores=scores, runs=runs)


class Wall:
    """The workers of one command. Its zygotes and the compiled test cells serve all notebooks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._supervisor = Supervisor()
        self._packages = _installed(settings.packages)
        self._prepared = self._spec(torch=False)
        self._tests: dict[tuple[str, str, float], TestCell] = {}

    def run(self, submitted: Submitted) -> Result:
        """Run a notebook.

        Raises:
            SandboxIncomplete: this machine lacks a layer of the sandbox.
            AutograderError: the notebook cannot be run, and the student is not the cause.
        """
        files = nbgrader_files.of_worker(submitted.folder, submitted.source, kept=submitted.kept_files)
        try:
            source, unread = _sources(submitted, files)
        except SubmissionRejected as exc:
            return Result({name: _rejected(exc) for name in submitted.known.tests}, notes=[exc.message])
        torch = any(b"torch" in data for _, data in source.modules.values()) or _mention_torch(submitted.known)
        require_complete(self._supervisor, self._spec(torch=torch))
        spec = self._spec(torch=torch, file_bytes=sum(map(len, files.values())))
        with _tests_folder(submitted.source) as folder:

            def run(*, hides: bool) -> Result:
                with contextlib.closing(CellConnection(source, self._supervisor, spec, seed=0)) as connection:
                    return _Notebook(submitted, connection, unread, self, hides=hides).run(folder)

            result = run(hides=False)
            return _as_shown(result, run(hides=True)) if result.may_tell_hidden else result

    def prepare(self, *, torch: bool) -> None:
        """Start the zygote for notebooks that use torch or do not, without waiting for it."""
        self._prepared = self._spec(torch=torch)
        self._supervisor.prepare(self._prepared)

    def share(self) -> None:
        """Let copies of this process, which are forked later, use the zygote that was prepared.

        Raises:
            SandboxIncomplete: this machine lacks a layer of the sandbox.
        """
        require_complete(self._supervisor, self._prepared)
        self._supervisor.share()

    def test_cell(self, name: str, source: str, points: float) -> TestCell:
        """Return a test cell, compiled once for all students."""
        return self._tests.setdefault((name, source, points), TestCell(name, source, points))

    def close(self) -> None:
        """End all workers."""
        self._supervisor.close()

    def _spec(self, *, torch: bool, file_bytes: int = 0) -> WorkerSpec:
        settings = self.settings
        mib = file_bytes >> 20
        torch = torch and "torch" in self._packages
        level = Level.FULL if settings.level is Level.GPU and not torch else settings.level
        limits = Limits(
            call_s=settings.call_s, cell_s=settings.cell_s, load_s=settings.cell_s, cpu_s=settings.notebook_s,
            submission_s=settings.notebook_s, memory_mib=settings.memory_mib, handles=4096,
            file_mib=32 + mib, scratch_mib=64 + mib, gpu=level is Level.GPU,
        )  # fmt: skip
        packages = self._packages if torch else self._packages - {"torch", "torchvision"}
        return WorkerSpec(limits, torch, packages, level)


class _Notebook:
    """One run of one notebook; with ``hides`` without the hidden tests."""

    def __init__(
        self, submitted: Submitted, connection: CellConnection, unread: Mapping[int, str], wall: Wall, *, hides: bool
    ) -> None:
        self._hides = hides
        self._submitted = submitted
        self._unread = unread
        self._wall = wall
        self._run = NotebookRun(connection)
        self._connection = connection
        self._modules = Modules(StudentCode(self._run), [MAIN])
        self._asked = _asked(submitted.known)
        self._names = Namespace(self._modules, asked=self._asked)
        self._names["display"] = _show_nothing
        self._result = Result()

    def run(self, folder: Path) -> Result:
        """Run the cells in order. A test cell sees what the cells above it have defined."""
        with installed(self._modules, source=folder, submission=self._submitted.folder):
            for number, cell in enumerate(_code_cells(self._submitted.cells), start=1):
                role = role_of(cell, self._submitted.known)
                if role is Role.TEST:
                    self._test(cell.metadata["nbgrader"]["grade_id"], number)
                    continue
                self._result.runs[number] = self._student_cell(number)
                if role is Role.LOCKED:
                    known = self._submitted.known.cells[cell.metadata["nbgrader"]["grade_id"]]
                    define(without_hidden(known.source), self._names)
        self._run.finish()
        self._result.staff += self._run.log.words
        return self._result

    def _student_cell(self, number: int) -> CellRun:
        if number in self._unread:
            return CellRun(output=self._unread[number])
        done = self._run.run_cell(number)
        if done.fault is not None:
            place = say("submission.cell", file=f"{self._submitted.name}.ipynb", cell=number)
            self._result.notes.append(say("cell.lost", place=place, why=done.fault.message))
        return done

    def _test(self, name: str, number: int) -> None:
        known = self._submitted.known.cells[name]
        source = with_hidden_blanked(known.source) if self._hides else known.source
        test = self._wall.test_cell(name, source, known.points)
        for_student = for_worker(known.source, self._asked, _given(self._submitted.known))
        if for_student.source:
            self._run.run_cell(number)
        if test.hides_tests and self._result.hidden_from is None:
            self._result.hidden_from = number
        errors = self._run.log.suite_errors
        errors.clear()
        if (Path.cwd() / "assignment.toml").is_file():  # one of our assignments
            self._names["points_of"] = self._points_of
        self._run.begin_test()
        limit_s = self._wall.settings.cell_s
        score = test.run(self._names, limit_s=limit_s, settle=self._names.settle, elsewhere=for_student.derived)
        if errors and not score.trouble:  # the test may have caught it
            score = replace(score, points=None, trouble=errors[0])
        self._result.scores[name] = score

    def _points_of(self, case: Any, recorded: str | None = None, seed: int = 0) -> float:
        """Return the points of a case of our own, as ``autograder.points_of`` does in a kernel."""
        assignment = assignments.load_folder(Path.cwd())
        name = case if isinstance(case, str) else case.__name__.removeprefix("test_")
        done = points(name, assignment, lambda _: self._connection, recorded=recorded, seed=seed)
        texts = [each.message or each.verdict.value for _, each in done.outcomes if each.verdict is not Verdict.PASSED]
        if not done.earned:
            raise AssertionError("\n".join(texts))
        return done.earned


def _show_nothing(*values: Any, **options: Any) -> None:
    """Stand in for the function of that name that a notebook has."""


def _asked(known: KnownNotebook) -> set[str]:
    """Return the names that the answers of the source define."""
    return _defined(known, {Role.ANSWER, Role.MANUAL})


def _given(known: KnownNotebook) -> set[str]:
    """Return the names that the locked cells of the source define."""
    return _defined(known, {Role.LOCKED})


def _defined(known: KnownNotebook, roles: Collection[Role]) -> set[str]:
    names: set[str] = set()
    for cell in known.cells.values():
        if cell.role in roles and cell.cell_type == "code":
            with contextlib.suppress(SyntaxError, ValueError):
                for statement in ast.parse(cell.source).body:
                    names.update(defined_names(statement))
    return names


def _sources(submitted: Submitted, files: dict[str, bytes]) -> tuple[ModuleSources, dict[int, str]]:
    """Return the student's cells as a module, and the cells that Python cannot read, by number, with the reason.

    Jupyter runs no statement of a cell that it cannot read.
    """
    texts = [_text_for_worker(cell, submitted.known) for cell in _code_cells(submitted.cells)]
    code = _module(texts)
    unread: dict[int, str] = {}
    for each in code.unread:
        cell, line = notebooks.cell_of(code.source, each.line) or (0, 0)
        unread.setdefault(cell, f"SyntaxError: {each.text} (line {line})")
    for number in unread:
        texts[number - 1] = ""
    if unread:
        code = _module(texts)
    file = f"{submitted.name}.ipynb"

    def place(module: str, line: int) -> tuple[str, int]:
        found = notebooks.cell_of(code.source, line)
        return (say("submission.cell", file=file, cell=found[0]), found[1]) if found else (file, line)

    late = {name: (path, files[path]) for name, path in modules_of(files).items() if name != MAIN}
    modules = {MAIN: (f"{MAIN}.py", code.source)} | late
    source = ModuleSources(
        MAIN,
        modules,
        place=place,
        notebooks=frozenset({MAIN}),
        files=files,
        late=frozenset(late),
        held=True,
        parameters=_parameters(submitted.known),
    )
    return source, unread


def _parameters(known: KnownNotebook) -> dict[str, tuple[str, ...]]:
    """Return the parameters of the functions that the answers of the source define."""
    found: dict[str, tuple[str, ...]] = {}
    for cell in known.cells.values():
        if cell.role is Role.ANSWER and cell.cell_type == "code":
            with contextlib.suppress(SyntaxError, ValueError):
                found |= parameters_of(cell.source.encode())
    return found


def _rejected(exc: SubmissionRejected) -> CellScore:
    return CellScore(0.0, (Failure(1, exc.message, is_hidden=False),))


def _module(texts: Sequence[str]) -> notebooks.Code:
    cells = [{"cell_type": "code", "source": text} for text in texts]
    return notebooks.read(json.dumps({"nbformat": 4, "cells": cells}).encode())


def _text_for_worker(cell: Any, known: KnownNotebook) -> str:
    """Return what the worker gets of a cell: of a test only the definitions that students have anyway."""
    role = role_of(cell, known)
    if role is Role.TEST:
        return for_worker(cell.source, _asked(known), _given(known)).source
    return without_hidden(cell.source) if role is Role.LOCKED else str(cell.source)


def _code_cells(cells: Sequence[Any]) -> Iterator[Any]:
    return (cell for cell in cells if cell.cell_type == "code")


def _mention_torch(known: KnownNotebook) -> bool:
    return any("torch" in cell.source for cell in known.cells.values())


def _installed(packages: Sequence[str]) -> frozenset[str]:
    found = set()
    for name in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(name)
            found.add(name)
    return frozenset(found)


@contextlib.contextmanager
def _tests_folder(source: Path) -> Iterator[Path]:
    """Yield a folder with the instructor's files, in which test code runs."""
    folder = TemporaryFolder("scratch")
    try:
        nbgrader_files.copy_for_tests(source, Path(folder.path))
        yield Path(folder.path)
    finally:
        folder.remove()
