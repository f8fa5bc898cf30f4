"""Grading a class: one session grades all submissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course import near_misses
from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.file_names import shown
from ..course.submission import Refused, Submission
from ..errors import SubmissionRejected, UsageError
from ..exchange.formats import Entry
from ..grading.options import RunOptions
from ..grading.session import Record, grade
from ..messages import say
from ..workers.supervisor import Supervisor


def grade_class(
    assignment: Assignment,
    students: Sequence[Entry],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade the submissions of ``students``, and call ``record(report)`` once for each student, in order.

    A student with several entries, or with one that cannot be opened, gets a report that says so.
    """
    uploads: dict[str, list[Path]] = {}
    for student, path in students:
        uploads.setdefault(student, []).append(path)

    def opened() -> Iterator[Submission | Refused]:
        for student, paths in uploads.items():
            yield _opened(paths, assignment, student)

    grade(assignment, opened(), record, run=run, supervisor=supervisor)


def _opened(paths: Sequence[Path], assignment: Assignment, student: str) -> Submission | Refused:
    path = paths[0]
    if len(paths) > 1:
        return Refused(student, say("submission.several", names=", ".join(shown(path.name) for path in paths)))
    try:
        return submissions.open(path, assignment, student=student)
    except SubmissionRejected as refusal:
        return Refused(student, refusal.message)
    except UsageError:  # a file of another kind, or one that cannot be read
        return Refused(student, _refusal(path))


def _refusal(path: Path) -> str:
    name = shown(path.name)
    if kind := near_misses.archive_kind(path.name):
        return say("submission.archive", name=name, kind=kind)
    return say("submission.kind", name=name) if path.is_file() else say("submission.unreadable", name=name)
