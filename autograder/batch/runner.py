"""Grading a class: one session grades all submissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.submission import Submission
from ..errors import SubmissionRejected
from ..grading.options import RunOptions
from ..grading.session import Record, grade, rejected
from ..workers.supervisor import Supervisor


def grade_class(
    assignment: Assignment,
    students: Sequence[tuple[str, Path]],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade the submissions of ``students``, and call ``record(report)`` once for each, in order."""

    def opened() -> Iterator[Submission]:
        for student, path in students:
            try:
                yield submissions.open(path, assignment, student=student)
            except SubmissionRejected as refusal:
                record(rejected(assignment, refusal.message, student=student, run=run, supervisor=supervisor))

    grade(assignment, opened(), record, run=run, supervisor=supervisor)
