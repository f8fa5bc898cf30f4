"""Our reports in an nbgrader course: points and comments in its gradebook, and notebooks for feedback and formgrader.

An assignment becomes one notebook with two cells for each task: the answer, which carries the comment, and the test,
which carries the points. What people wrote (manual scores, extra credit, comments) stays. Writing twice is as once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Grade as GradeRow
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError

from ..errors import AutograderError, UsageError
from ..messages import say, use_language
from ..model import Adjustment, Audience, GradedCase, Report, Task
from ..reports import document, views
from ..reports.case_lines import case_fields
from ..reports.files import write_text
from .grades import Grade
from .nbgrader_batch import configuration

MAX_COMMENT = 4000  # characters
DIFFERENCE = 1e-6  # points: smaller ones come from rounding


@dataclass(frozen=True, slots=True)
class Written:
    """The reports that were written, and the students who have no complete report."""

    students: tuple[str, ...]
    left_out: tuple[str, ...]


def write(staff: Path, grades: Sequence[Grade], course: Path) -> Written:
    """Write the reports in ``staff`` of the students in ``grades`` into an nbgrader course.

    Raises:
        UsageError: there is no report, or the gradebook cannot be written.
    """
    points = {grade.student: grade.points for grade in grades}
    reports = [each for each in _reports(staff) if each.submission.student in points]
    if not reports:
        raise UsageError(f"{staff} has no report of these students. Give the grades.csv in the folder of a run.")
    folders = CourseDirectory(config=configuration(course))
    complete = [each for each in reports if each.complete]
    try:
        with opened(course) as gradebook:
            for report in complete:
                _Export(gradebook, folders, report, points[report.submission.student or ""]).write()
    except OperationalError as exc:
        raise UsageError(f"The gradebook of {course} cannot be written: {exc.orig}. Close what has locked it.") from exc
    names = {each.submission.student or "" for each in complete}
    return Written(tuple(sorted(names)), tuple(sorted(set(points) - names)))


def opened(course: Path) -> Gradebook:
    """Open the gradebook of a course; make it if there is none.

    Raises:
        UsageError: nbgrader cannot make it, because alembic is not installed.
    """
    folders = CourseDirectory(config=configuration(course))
    try:
        return Gradebook(folders.db_url, folders.course_id)
    except FileNotFoundError as exc:
        raise UsageError(
            f"The gradebook of {course} cannot be made: nbgrader runs the program {exc.filename}, which is not "
            "installed. Install it with: pip install alembic"
        ) from exc


def _reports(staff: Path) -> Iterable[Report]:
    for path in sorted(staff.glob("*.json")):
        if path.name != "run.json":
            yield document.from_json(path.read_text(encoding="utf-8"), source=str(path))


class _Export:
    """One report on its way into a course."""

    def __init__(self, gradebook: Gradebook, folders: CourseDirectory, report: Report, total: float | None) -> None:
        self._gradebook = gradebook
        self._folders = folders
        seen = report.seen_by(Audience.STUDENT)
        self._report = replace(seen, tasks=tuple(task for task in seen.tasks if not task.challenge))
        self._total = total
        self._name = _id(report.assignment)
        self._student = report.submission.student or ""

    def write(self) -> None:
        self._define()
        submission = self._submission()
        notebook = next(each for each in submission.notebooks if each.name == self._name)
        grades = {grade.name: grade for grade in notebook.grades}
        comments = {comment.name: comment for comment in notebook.comments}
        given: dict[str, float] = {}
        for task in self._report.tasks:
            cases = [case for case in self._report.outcomes if case.task == task.id]
            decided = [each for each in self._report.score.adjustments if each.task == task.id and not each.kind]
            points = min(max(sum(case.earned for case in cases), 0.0), float(task.points))
            given[task.id] = max(points + sum(each.points for each in decided), 0.0)
            if _id(task.id) not in grades:
                grades[_id(task.id)] = self._new_grade(notebook, task)
            grade = grades[_id(task.id)]
            grade.auto_score, grade.needs_manual_grade = given[task.id], grade.manual_score is not None
            comments[_answer(task)].auto_comment = self._comment(cases, decided)
        difference = 0.0 if self._total is None else self._total - sum(given.values())
        notebook.late_submission_penalty = max(-difference, 0.0) or None
        self._add(difference, grades, comments)
        self._gradebook.db.commit()
        self._write_notebooks(submission.timestamp)

    def _add(self, bonus: float, grades: dict[str, Any], comments: dict[str, Any]) -> None:
        """Add points for the whole assignment to a task that nobody has graded by hand.

        They go into the automatic score, because extra credit and manual scores are those of people. nbgrader allows
        more than the maximum there.
        """
        if bonus <= DIFFERENCE:
            return
        tasks = sorted(self._report.tasks, key=lambda task: grades[_id(task.id)].manual_score is not None)
        grades[_id(tasks[0].id)].auto_score += bonus
        comment = comments[_answer(tasks[0])]
        reasons = [each for each in self._report.score.adjustments if each.points > 0 and not each.task]
        lines = [_decision(each) for each in reasons] or [f"{bonus:+g}"]
        comment.auto_comment = "\n\n".join(filter(None, [comment.auto_comment, *lines]))[:MAX_COMMENT]

    def _define(self) -> None:
        """Have assignment, notebook and cells in the gradebook, in the order that it needs."""
        book, name = self._gradebook, self._name
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for task in self._report.tasks:
            book.update_or_create_grade_cell(_id(task.id), name, name, max_score=float(task.points), cell_type="code")
            book.update_or_create_solution_cell(_answer(task), name, name)
            for cell, locked in ((_answer(task), False), (_id(task.id), True)):
                book.update_or_create_source_cell(cell, name, name, cell_type="code", source="", locked=locked)

    def _submission(self) -> Any:
        self._gradebook.update_or_create_student(self._student)
        received = self._report.submission.received_at
        given = {} if received is None else {"timestamp": _utc(received)}
        return self._gradebook.update_or_create_submission(self._name, self._student, **given)

    def _new_grade(self, notebook: Any, task: Task) -> Any:
        """Add the row of a task that the assignment got after the student's submission."""
        try:
            cell = self._gradebook.find_grade_cell(_id(task.id), self._name, self._name)
        except MissingEntry as exc:
            raise AutograderError(f"The gradebook lost the task {task.id}: {exc}.", slug="nbgrader-cell") from exc
        grade = GradeRow(cell_id=cell.id, notebook=notebook)
        self._gradebook.db.add(grade)
        return grade

    def _comment(self, cases: Sequence[GradedCase], decided: Sequence[Adjustment]) -> str | None:
        with use_language(self._report.language):
            texts = [self._text(case) for case in cases if case.earned < case.points]
        return "\n\n".join([*texts, *map(_decision, decided)])[:MAX_COMMENT] or None

    def _text(self, case: GradedCase) -> str:
        name = case.case if case.visible else f"{case.case} ({say('label.hidden')})"
        head = f"{views.word(case.verdict)}: {name}. {case.title}".rstrip(". ")
        fields = case_fields(case, self._report, Audience.STUDENT)
        return "\n".join([head, *(f"{label}: {text}" for label, text in fields)])

    # --- files

    def _write_notebooks(self, timestamp: datetime | None) -> None:
        """Write the notebooks that feedback and formgrader show."""
        with use_language(self._report.language):
            cells = [cell for task in self._report.tasks for cell in self._cells(task)]
        text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))  # type: ignore[no-untyped-call]
        for step, student in (("autograded", self._student), ("submitted", self._student), ("source", ".")):
            folder = Path(self._folders.format_path(getattr(self._folders, f"{step}_directory"), student, self._name))
            if step == "source" and (folder / f"{self._name}.ipynb").exists():
                continue
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / f"{self._name}.ipynb", text)
            if timestamp is not None and step != "source":
                write_text(folder / "timestamp.txt", f"{timestamp:%Y-%m-%d %H:%M:%S} UTC")

    def _cells(self, task: Task) -> list[Any]:
        cases = [case for case in self._report.outcomes if case.task == task.id]
        text = "\n\n".join(self._text(case) for case in cases)
        answer = _cell(_answer(task), f"# {task.title}", grade=False, solution=True, locked=False)
        test = _cell(_id(task.id), f"# {task.id}", grade=True, solution=False, locked=True, points=float(task.points))
        test["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text=text)]  # type: ignore[no-untyped-call]
        return [answer, test]


def _cell(name: str, source: str, **flags: Any) -> Any:
    role = {"schema_version": 3, "grade_id": name, "cell_type": "code", "task": False, **flags}
    cell: Any = nbformat.v4.new_code_cell(source, metadata={"nbgrader": role})  # type: ignore[no-untyped-call]
    cell["id"] = name[:64]
    return cell


def _decision(adjustment: Adjustment) -> str:
    """Return what a person decided about points, and why."""
    return f"{adjustment.points:+g}: {adjustment.reason}"


def _id(name: str) -> str:
    """Return a name as nbgrader allows it for cells and assignments."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _answer(task: Task) -> str:
    return f"{_id(task.id)}-answer"


def _utc(received_at: str) -> datetime:
    return datetime.fromisoformat(received_at).astimezone(UTC).replace(tzinfo=None)
