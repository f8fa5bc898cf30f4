"""``autograder nbgrader autograde``: many submissions at once, with one connection to the gradebook.

Each process has a copy of the gradebook, and runs nbgrader's own command on it, one submission after the other. The
process that started them writes the results of each submission into the gradebook in one transaction, and then moves
its ``autograded`` folder into place. If the command is killed, the next run grades what is missing.
"""

from __future__ import annotations

from . import nbgrader_start  # noqa: F401  # before nbgrader

# isort: split
import contextlib
import functools
import importlib
import logging
import os
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.util import Finalize
from pathlib import Path

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from ..errors import UsageError
from ..grading.pool import local_processes
from . import nbgrader_config, nbgrader_gradebook
from .nbgrader import REFUSAL, SecureExecute, release, use_wall
from .nbgrader_problems import problem_of
from .nbgrader_run import Wall

WORK = ".autograder-nbgrader"  # a folder in the course, for what is not in place yet
ATTEMPTS = 6  # to write while another program has locked the gradebook; each waits as long as SQLite does, 5 s


@dataclass(frozen=True, slots=True)
class CellGrade:
    """What nbgrader has found out about a cell: the automatic score, or the automatic comment of an answer."""

    notebook: str
    cell: str
    auto_score: float | None


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission that one of the processes has graded; ``problem`` says why it could not."""

    student: str
    timestamp: datetime | None = None
    grades: tuple[CellGrade, ...] = ()
    comments: tuple[tuple[str, str, str | None], ...] = ()
    penalties: tuple[tuple[str, float | None], ...] = ()
    problem: str = ""


@dataclass(slots=True)
class Summary:
    """The students whose submissions were graded, those that were up to date, and the problems of the others."""

    graded: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Course:
    """What a process needs to know: the course, the assignment, and the folder with the gradebook to copy."""

    root: str
    assignment: str
    work: str


def autograde(
    root: Path,
    assignment: str,
    *,
    workers: int,
    student: str = "*",
    force: bool = False,
    report: Callable[[Graded], None] = lambda graded: None,
) -> Summary:
    """Grade the submissions of an assignment that nbgrader would grade, ``workers`` at once.

    Raises:
        UsageError: there is no such course, assignment or submission, or another process is grading it.
        SandboxIncomplete: this machine lacks a layer of the sandbox.
    """
    config = configuration(root)
    course = CourseDirectory(config=config)
    course.assignment_id, course.student_id = assignment, student
    file = nbgrader_gradebook.file_of(course.db_url)
    nbgrader_gradebook.check(file)
    with _work_folder(root) as work:
        due, summary = _due(course, config, force=force)
        if not due:
            return summary
        snapshot = work / "gradebook.db"
        nbgrader_gradebook.copy(file, snapshot)
        job = _Course(str(root), assignment, str(work))
        with (
            _all_graded(job, due, min(workers, len(due)), course) as results,
            Gradebook(course.db_url, course.course_id) as gradebook,
        ):
            for result in results:
                graded = result if result.problem else _store(gradebook, course, result, work)
                if graded.problem:
                    summary.problems[graded.student] = graded.problem
                else:
                    summary.graded.append(graded.student)
                report(graded)
    return summary


@contextlib.contextmanager
def _all_graded(job: _Course, due: list[str], workers: int, course: CourseDirectory) -> Iterator[Iterator[Graded]]:
    """Yield the submissions as they are graded: here, or in as many processes as there are workers.

    The processes are copies of this one, which has imported what all of them need.
    """
    if workers == 1:
        try:
            yield (_grade(job, name) for name in due)
        finally:
            _close_converter(job)
        return
    with _shared_wall(course), local_processes(workers, copies=True) as pool:
        futures: list[Future[Graded]] = [pool.submit(_grade, job, name) for name in due]
        yield (future.result() for future in as_completed(futures))


_wall: Wall | None = None  # of the processes that are copied from this one


@contextlib.contextmanager
def _shared_wall(course: CourseDirectory) -> Iterator[None]:
    """Import torch and start a zygote before the processes are copied: each takes seconds of CPU."""
    global _wall
    source = Path(course.format_path(course.source_directory, ".", course.assignment_id))
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in source.glob("*.ipynb")]
    _wall = SecureExecute(config=course.config).make_wall()
    try:
        _wall.prepare(torch=any("torch" in text for text in texts))
        if any("import torch" in text for text in texts):  # meanwhile the zygote does the same
            with contextlib.suppress(ImportError):
                importlib.import_module("torch")
        _wall.share()
        yield
    finally:
        _wall.close()
        _wall = None


# --- the course


def configuration(root: Path) -> Config:
    """Return the configuration of a course, with our block."""
    _add_programs_to_path()
    app = AutogradeApp()
    app.log_level = logging.ERROR
    with contextlib.chdir(root):
        app.load_config_file()
    config = Config(app.config)
    config.CourseDirectory.root = str(root.resolve())
    for name, classes in nbgrader_config.LISTS.items():
        config.Autograde[name] = list(classes)
    return config


def _add_programs_to_path() -> None:
    """Let nbgrader find ``alembic``, which is installed next to this Python."""
    folder = os.path.dirname(sys.executable)
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if folder not in paths:
        os.environ["PATH"] = os.pathsep.join([*paths, folder])


@contextlib.contextmanager
def _work_folder(root: Path) -> Iterator[Path]:
    """Yield an empty folder in the course; what a killed command left there is removed."""
    import fcntl

    folder = root.resolve() / WORK
    try:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as exc:
        raise UsageError(f"{folder} cannot be made: {exc.strerror}. Let the grader write into the course.") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise UsageError(f"Another process grades this course: {folder} is locked. Wait until it has ended.") from None
    finally:
        os.close(descriptor)


def _due(course: CourseDirectory, config: Config, *, force: bool) -> tuple[list[str], Summary]:
    """Return the students whose submissions nbgrader would grade, and a summary with those that are up to date."""
    converter = Autograde(coursedir=course, config=config)
    converter.log = _quiet_log()
    try:
        converter.init_notebooks()
    except NbGraderException as exc:
        folder = course.format_path(course.submitted_directory, course.student_id, course.assignment_id)
        raise UsageError(f"{exc}. There is no submission with a notebook in {folder}.") from exc
    pattern = course.format_path(course.submitted_directory, "(?P<student>.*)", course.assignment_id, escape=True)
    due: list[str] = []
    summary = Summary()
    for folder in sorted(converter.assignments):
        match = re.fullmatch(pattern, folder)
        if match is None:
            continue
        done = Path(course.format_path(course.autograded_directory, match["student"], course.assignment_id))
        is_current = not force and done.exists() and not _is_newer(course, folder, done)
        (summary.current if is_current else due).append(match["student"])
    return due, summary


def _is_newer(course: CourseDirectory, submitted: str, done: Path) -> bool:
    try:
        new, old = course.get_existing_timestamp(submitted), course.get_existing_timestamp(str(done))
    except SystemExit:  # nbgrader cannot read a time; the process that grades it will say so
        return True
    return new is not None and old is not None and new > old


def _quiet_log() -> logging.Logger:
    log = logging.getLogger("autograder.nbgrader")
    log.setLevel(logging.CRITICAL)
    return log


# --- in a process of the pool


class _LastError(logging.Handler):
    """Keeps the last errors of nbgrader's log, which says more than its exception."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@functools.cache
def _converter(job: _Course) -> tuple[Autograde, _LastError, str]:
    """Return nbgrader's command on a copy of the gradebook; one for each process."""
    config = configuration(Path(job.root))
    own = Path(job.work) / str(os.getpid())
    own.mkdir()
    shutil.copyfile(Path(job.work) / "gradebook.db", own / "gradebook.db")
    url = f"sqlite:///{own / 'gradebook.db'}"
    course = CourseDirectory(config=config, db_url=url, autograded_directory=f"{WORK}/{own.name}/autograded")
    course.assignment_id = job.assignment
    converter = Autograde(coursedir=course, config=config)
    converter.force = True
    errors = _LastError()
    log = logging.getLogger(f"autograder.nbgrader.{own.name}")
    log.setLevel(logging.ERROR)
    log.propagate = False
    log.addHandler(errors)
    converter.log = log
    if _wall is not None:
        use_wall(converter, _wall)
    Finalize(None, release, (converter,), exitpriority=1)  # a copied process runs nothing else at its end
    return converter, errors, url


def _close_converter(job: _Course) -> None:
    """End the workers of this process."""
    converter = _converter(job)[0]
    _converter.cache_clear()
    release(converter)


def _grade(job: _Course, student: str) -> Graded:
    """Grade one submission, and return what the gradebook is to keep."""
    converter, errors, url = _converter(job)
    converter.coursedir.student_id = student
    errors.lines.clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, of nbgrader
            converter.start()
    except (Exception, SystemExit) as exc:
        if refusal := vars(converter).get(REFUSAL):
            raise refusal from exc
        course = converter.coursedir
        submitted = Path(course.format_path(course.submitted_directory, student, job.assignment))
        source = Path(course.format_path(course.source_directory, ".", job.assignment))
        names = sorted(path.stem for path in source.glob("*.ipynb"))
        return Graded(student, problem=problem_of(submitted, names) or _reason(errors, exc))
    with Gradebook(url, converter.coursedir.course_id) as gradebook:
        return _read(gradebook, job.assignment, student)


def _reason(errors: _LastError, exc: BaseException) -> str:
    lines = [line.strip().splitlines()[-1] for line in errors.lines if line.strip()]
    return lines[0] if lines else f"{type(exc).__name__}: {exc}"


def _read(gradebook: Gradebook, assignment: str, student: str) -> Graded:
    submission = gradebook.find_submission(assignment, student)
    notebooks = list(submission.notebooks)
    return Graded(
        student,
        submission.timestamp,
        tuple(CellGrade(nb.name, grade.name, grade.auto_score) for nb in notebooks for grade in nb.grades),
        tuple((nb.name, comment.name, comment.auto_comment) for nb in notebooks for comment in nb.comments),
        tuple((nb.name, nb.late_submission_penalty) for nb in notebooks),
    )


# --- in the process that writes


def _store(gradebook: Gradebook, course: CourseDirectory, graded: Graded, work: Path) -> Graded:
    """Write the results of a submission, and put its folder in place; return it with the problem, if there is one."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _write(gradebook, course.assignment_id, graded)
            break
        except (OperationalError, InvalidEntry) as exc:  # nbgrader turns one into the other
            gradebook.db.rollback()
            reason = str(exc).partition("\n")[0]
            if "locked" not in reason or attempt == ATTEMPTS:
                problem = f"The gradebook cannot be written: {reason}. Nothing of {graded.student} was written."
                return Graded(graded.student, problem=problem)
    _move(course, graded.student, work)
    return graded


def _write(gradebook: Gradebook, assignment: str, graded: Graded) -> None:
    """Write automatic scores and comments; what people wrote stays."""
    given = {} if graded.timestamp is None else {"timestamp": graded.timestamp}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, of nbgrader
        gradebook.update_or_create_student(graded.student)
        submission = gradebook.update_or_create_submission(assignment, graded.student, **given)
    notebooks = {notebook.name: notebook for notebook in submission.notebooks}
    grades = {(nb.name, grade.name): grade for nb in notebooks.values() for grade in nb.grades}
    comments = {(nb.name, comment.name): comment for nb in notebooks.values() for comment in nb.comments}
    for each in graded.grades:
        grade = grades[each.notebook, each.cell]
        grade.auto_score = each.auto_score
        grade.needs_manual_grade = grade.manual_score is not None or each.auto_score is None
    for notebook, cell, text in graded.comments:
        comments[notebook, cell].auto_comment = text
    for notebook, penalty in graded.penalties:
        notebooks[notebook].late_submission_penalty = penalty
    gradebook.db.commit()


def _move(course: CourseDirectory, student: str, work: Path) -> None:
    target = Path(course.format_path(course.autograded_directory, student, course.assignment_id))
    steps = [f"{WORK}/{own.name}/autograded" for own in work.iterdir() if own.is_dir()]
    paths = [Path(course.format_path(step, student, course.assignment_id)) for step in steps]
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    next(path for path in paths if path.is_dir()).rename(target)
