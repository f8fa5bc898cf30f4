"""One run of ``autograder batch``: from the uploads of a class to a folder of results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..course.assignment import Assignment
from ..course.course_file import Course
from ..course.policy import AttemptRule
from ..errors import CaseError
from ..exchange import csv_grades
from ..exchange.formats import Format
from ..grading.options import RunOptions
from ..messages import say, translate
from ..model import Report, Score
from ..reports import class_page
from ..reports.class_rows import ClassRow, class_row, late_word
from ..reports.files import write_pieces
from .ledger import level_of
from .results import ResultsFolder
from .row_file import Rows
from .run_log import RunLog
from .runner import Member, Upload

if TYPE_CHECKING:
    from .ledger import Ledger

Advance = Callable[[int, int], None]
Grade = Callable[[Sequence[Upload], Callable[[Report], None]], Sequence[Upload]]
"""Grades uploads, calls ``record(report)`` for each, and returns those that its process died of."""


class ClassRun:
    """The grading of one class. ``rows`` gets the row of every student with a report, and of each other entry.

    An official run has a ``ledger``: it grades what is pending there, and keeps every report in it before it writes
    files. A practice run grades everything and keeps nothing. Attempts before the last one are graded if a rule of the
    course needs them, or with ``all_attempts``.
    """

    def __init__(
        self,
        assignment: Assignment,
        uploads: Sequence[Upload],
        folder: ResultsFolder,
        *,
        run: RunOptions,
        course: Course,
        rows: Rows,
        ledger: Ledger | None = None,
        log: RunLog | None = None,
        all_attempts: bool = False,
    ) -> None:
        self.assignment = assignment
        self.folder = folder
        self.options = run
        self.course = course
        self.ledger = ledger
        self.log = log or RunLog(None)
        self.size = len(uploads) if ledger is None else len(ledger.members)
        self.graded = 0  # in this run
        self.earlier = 0  # of these, attempts before the last one
        self.unclear = 0  # entries that belong to nobody
        self.pending = list(uploads) if ledger is None else ledger.pending
        needs_earlier = all_attempts or course.policy(assignment.slug).attempt is not AttemptRule.LAST
        if ledger is not None and needs_earlier:
            self.pending += ledger.find_earlier()
        self.rows = rows
        self.broken: list[Report] = []  # reports with a grader error

    def restore(self) -> None:
        """Write what the store has and the folder lacks, and add the rows of what cannot be graded."""
        if self.ledger is None or not (self.ledger.graded or self.ledger.problems):
            return
        self.folder.begin(self.options.level.value)
        for person, problem in self.ledger.problems.items():
            member = self.ledger.members[person]
            where = self.ledger.kept.place(self.assignment.slug, member.sha256) if problem == "damaged" else ""
            self._add_without_report(member, problem, detail=str(where))
        for member, summary in self.ledger.with_summaries(self.ledger.graded):
            stamp = self.ledger.stamp(member, summary)
            if not self.folder.is_current(member.student, stamp):
                self.folder.write(self._in_zone(self.ledger.report(member)), stamp)
            self._add(self.ledger.row(member, summary))

    def grade(self, grade: Grade, advance: Advance) -> None:
        """Let ``grade`` grade what is pending, and write each report at once.

        Raises:
            CaseError: as in ``session.grade``. After ``case-drift`` the reports of this run are discarded.
        """

        def record(report: Report) -> None:
            self._record(report)
            self.graded += 1
            self.log.graded(report, report.submission.student if self.ledger else None)
            advance(self.graded, len(self.pending))

        try:
            died = grade(self.pending, record)
        except CaseError as exc:
            if exc.slug == "case-drift" and self.ledger is not None:
                self.folder.remove(self.ledger.discard(exc.slug))
            raise
        for upload in died:
            if self.ledger is not None and upload.student in self.ledger.earlier:
                continue  # without a report of this attempt, the export has no grade
            members = [Member(upload.student, upload, upload.sha256(), 0)]
            if self.ledger is not None:
                sha256 = self.ledger.members[upload.student].sha256
                self.ledger.store.note_died(self.assignment.slug, sha256, upload.student)
                members = self.ledger.members_of(sha256)
            for member in members:
                self._add_without_report(member, "died")

    def _add_without_report(self, member: Member, attention: str, *, detail: str = "") -> None:
        """Add a row for a submission without a report, which is no grade: a person has to look at it."""
        score, reason = Score(0.0, self.assignment.points), f"{say(f'attention.{attention}')} {detail}".rstrip()
        tasks = {task.id: 0.0 for task in self.assignment.tasks_with_points}
        row = ClassRow(member.student, score, {}, complete=False, tasks=tasks, sha256=member.sha256)
        received, attempt = member.upload.received_at, member.attempt or None
        late = late_word(member.upload.late)
        row = replace(row, reason=reason, hint=reason, attention=(attention,))
        row = replace(row, received_at=received, attempt=attempt, late=late)
        self._add(row, has_page=False)

    def add_unclear(self, entry: str, attention: str, why: str) -> None:
        """Add a row for an entry of an export that nobody can be graded for: it is ambiguous or unmatched."""
        self.folder.begin(self.options.level.value)  # if nothing is graded; else it has begun
        self._add_without_report(Member(entry, Upload(entry, ()), "", 0), attention, detail=f"({why})")
        self.unclear += 1

    def _record(self, report: Report) -> None:
        self.folder.begin(level_of(report))
        if self.ledger is None:
            self._write(report)
            return
        person = report.submission.student or ""
        if person in self.ledger.earlier:
            self.earlier += 1
            named = self.ledger.keep_earlier(report)
            self.broken += [] if report.complete else [named]
            return
        kept = self.ledger.keep(report)
        for member in kept.members:
            self._write(self.ledger.named(report, member), member, kept.summary)
        if not kept.members:  # the files changed during the run: the report is of others than the store has
            student = self.ledger.members[person].student
            blank = replace(report, submission=replace(report.submission, student=student), outcomes=(), complete=False)
            self._add(replace(class_row(blank), reason=say("attention.changed"), attention=("changed",)))

    def _write(self, report: Report, member: Member | None = None, summary: str = "") -> None:
        """Write the files of a student, and keep the row; ``summary`` is that of the store."""
        report = self._in_zone(report)
        if self.ledger is not None and member is not None and report.complete:
            stamp, row = self.ledger.stamp(member, summary), self.ledger.row(member, summary)
        else:
            stamp, row = "", replace(class_row(report), published="" if self.ledger is None else "no")
        self.folder.write(report, stamp)
        if not report.complete:
            self.broken.append(report)
        self._add(row)

    def _add(self, row: ClassRow, *, has_page: bool = True) -> None:
        student = row.student or ""
        received, graded = self.course.local(row.received_at), self.course.local(row.graded_at)
        late = self.course.late(self.assignment.slug, student, received, row.late)
        place = self.folder.page_of(student) if has_page else ""
        self.rows.add(replace(row, page=place, late=late, received_at=received, graded_at=graded))

    def _in_zone(self, report: Report) -> Report:
        info = replace(report.submission, received_at=self.course.local(report.submission.received_at))
        return replace(report, submission=info, graded_at=self.course.local(report.graded_at))

    def write_tables(self, source_format: Format) -> None:
        """Write the class page, the page of what needs a human and the table of grades, each row by row."""
        rows, slug, practice = self.rows, self.assignment.slug, not self.options.official
        title = translate(self.assignment.title)
        links = [class_page.Link(self.folder.attention_page.name, say("attention.title"))]
        html = class_page.html(rows, slug=slug, title=title, practice=practice, links=links)
        write_pieces(self.folder.class_page, html)
        html = class_page.attention_html(rows.needing_a_human, slug=slug, title=title)
        write_pieces(self.folder.attention_page, html)
        if practice:
            mark = say("report.practice").upper()
            csv_grades.write_grades(rows, self.folder.grades, first=(mark, mark))
        else:
            source_format.write_grades(rows, self.folder.grades)

    def summary(self, *, exit_code: int) -> dict[str, Any]:
        """Return a summary for programs, as plain values, with pseudonyms."""
        rows, now = self.rows, self.graded - self.earlier
        complete, earned = 0, 0.0
        for row in rows:
            if row.complete:
                complete, earned = complete + 1, earned + row.score.earned
        people = {} if self.ledger is None else {m.student: person for person, m in self.ledger.members.items()}
        attention = Counter(name for row in rows.needing_a_human for name in row.attention)
        return {
            "schema": 1,
            "assignment": self.assignment.slug,
            "digest": self.assignment.digest(),
            "official": self.options.official,
            "students": self.size,
            "graded": self.graded,
            "kept": len(rows) - now - len(self.ledger.problems) - self.unclear if self.ledger else 0,
            "incomplete": len(rows) - complete,
            "mean": round(earned / complete, 4) if complete else None,
            "needs_human": dict(sorted(attention.items())),
            "people": [people[row.student or ""] for row in rows.needing_a_human if row.student in people],
            "exit_code": exit_code,
        }
