"""``autograder submit``: pack the files that an assignment asks for, after one practice run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..errors import SubmissionRejected, UsageError
from ..messages import say
from ..model import Report
from ..reports.files import check_writable
from . import options


@click.command()
@click.argument("slug")
@click.option(
    "--out", type=options.PATH, default=Path("submission"), show_default=True, help="Folder for the zip file."
)
@options.data_root
@options.lang
@options.root
def submit(*, slug: str, out: Path, lang: str | None, root: Path) -> None:
    """Pack the files to hand in, after one practice run.

    SLUG is an assignment, such as 05-logistic; its number (5) or the beginning of its name is enough.
    """
    [assignment] = assignments.choose((slug,), root=root)
    check_writable(out)
    files = _files(assignment)
    with translation.assignment_language(lang, assignment):
        report = _graded(assignment)

        from ..reports import standing
        from .console import Terminal

        console = Terminal()
        console.plain(f"{say('label.total')}  {standing.total_line(report)}")
        for line in filter(None, (standing.not_started_line(report), _failing(report), *_left_out(assignment))):
            console.plain(line, style="yellow")
        path = _packed(assignment, files, out)
        console.plain("")
        for name, data in files.items():
            console.plain(f"  {hashlib.sha256(data).hexdigest()}  {name}")
        console.plain(say("submit.packed", path=path, digest=hashlib.sha256(path.read_bytes()).hexdigest()))


def _files(assignment: Assignment) -> dict[str, bytes]:
    """Return the files that are asked for.

    Raises:
        UsageError: one is missing or cannot be read.
    """
    files = {}
    for module in assignment.modules:
        path = assignment.edited_file(module)
        try:
            files[path.relative_to(assignment.folder).as_posix()] = path.read_bytes()
        except OSError as exc:
            raise UsageError(f"{path} cannot be read: {exc.strerror}. Nothing was packed.") from exc
    return files


def _graded(assignment: Assignment) -> Report:
    """Grade the visible cases.

    Raises:
        UsageError: the grader would refuse the folder, so it would refuse what is handed in.
    """
    from ..course import submission as submissions
    from ..grading.options import RunOptions
    from ..grading.session import grade_one
    from ..workers.supervisor import Supervisor

    try:
        submission = submissions.open(assignment.folder, assignment)
    except SubmissionRejected as exc:
        raise UsageError(say("submit.refused", reason=exc.message), slug="submission-rejected") from exc
    run = RunOptions(device="auto")
    with Supervisor() as supervisor:
        options.start_zygote(supervisor, assignment, run)
        return grade_one(assignment, submission, run=run, supervisor=supervisor)


def _failing(report: Report) -> str:
    """Return a line with the tasks that would lose points, or ""."""
    from ..reports import views

    tasks = [view.task.id for view in views.by_task(report) if view.state == "partly"]
    return say("submit.failing", tasks=", ".join(tasks)) if tasks else ""


def _left_out(assignment: Assignment) -> list[str]:
    """Return a line that names other modules in the folder, or none: a module that is not packed cannot be imported."""
    ours = {assignment.visible_cases.name, *(f"{module}.py" for module in assignment.modules)}
    others = sorted(path.name for path in assignment.folder.glob("*.py") if path.name not in ours)
    return [say("submit.left-out", files=", ".join(others))] if others else []


def _packed(assignment: Assignment, files: dict[str, bytes], folder: Path) -> Path:
    from ..authoring.archive import zipped
    from ..reports.files import write_bytes

    return write_bytes(folder / f"{assignment.slug}.zip", zipped(files))
