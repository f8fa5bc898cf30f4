"""What ``export`` starts from: the table of a run, the rules of ``course.toml``, and the store if there is one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import course_file, translation
from ..course.course_file import Course
from ..errors import UsageError
from ..messages import DEFAULT, use_language
from . import options

if TYPE_CHECKING:
    from ..batch.attempts import Attempts, Earlier
    from ..batch.identities import Identities
    from ..batch.store import Store
    from ..exchange.csv_grades import GradedStudent
    from ..exchange.final_grades import FinalGrade
    from ..exchange.grades import Grade
    from ..grading.course_total import CourseRow
    from ..model import Report

NAMES = "identities.json"
ACCEPTABLE = ("awaiting", "timed-out", "retried", "rejected")
"""The reasons why a person has to look at a submission that nevertheless has points."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The store of the course, and who its people are."""

    store: Store
    known: Identities


@dataclass(frozen=True, slots=True)
class ClassGrades:
    """The grades of a class in one assignment, as they go out.

    ``students`` are all rows of the table ``file``; ``finals`` are those to export. ``earlier`` are the
    attempts before the last one, by student. ``history`` is None without a store.
    """

    file: Path
    slug: str
    students: Sequence[GradedStudent]
    finals: Sequence[FinalGrade]
    history: Attempts | None = None
    earlier: Mapping[str, Sequence[Earlier]] = field(default_factory=dict)
    course: Course = field(default_factory=Course)

    def report(self, found: FinalGrade, place: Path) -> Report:
        """Return the report of the attempt that counts, with the final points. ``place`` is the report of the last one.

        Raises:
            UsageError: it cannot be read.
        """
        from ..grading.policies import adjusted
        from ..reports.document import from_json

        assert found.row is not None
        for each in self.earlier.get(found.grade.student, ()):
            if each.attempt.number == found.final.attempt and self.history is not None:
                return adjusted(self.history.report(found.grade.student, each), found.final)
        try:
            report = from_json(place.read_text(encoding="utf-8"), source=str(place))
        except OSError as exc:
            raise UsageError(f"{place} cannot be read: {exc.strerror}. Run batch again, which writes it.") from exc
        return adjusted(report, found.final)


@contextlib.contextmanager
def kept(url: str | None, root: Path) -> Iterator[Kept | None]:
    """Open the store of the course; yield None if the course has none.

    Raises:
        UsageError: ``url`` names a store that has nobody.
        AutograderError: ``store`` if it cannot be used.
    """
    if url is None and not (root / "store" / NAMES).is_file():
        yield None
        return
    folder = options.store_folder(url, root)
    if not (folder / NAMES).is_file():
        raise UsageError(f"{folder} has no names of a course. Name the store that batch used.")
    from ..batch import identities

    with options.open_store(url, root) as store:
        yield Kept(store, identities.read(folder))


def load(
    file: Path,
    kept: Kept | None,
    *,
    root: Path,
    leave_out: Sequence[str] = (),
    accept: Sequence[str] = (),
    as_of: str | None = None,
    slug_needed: bool = False,
) -> ClassGrades:
    """Read a table of a run, and apply the rules of the course to it.

    With ``as_of`` the grades are those of that time, and the table only says of which assignment.

    Raises:
        UsageError: the table or ``course.toml`` is wrong, or they do not fit together.
        NeedsHuman: a person has to look at a submission first.
    """
    from ..exchange import csv_grades, final_grades
    from .as_of import grades_as_of, moment

    course = course_file.read(root)
    slug, digest = _run_of(file, needed=slug_needed or bool(as_of) or kept is not None or course.has_rules)
    if as_of and kept is None:
        raise UsageError("--as-of needs the store of the course. Name it with --store.")
    time = moment(as_of, course) if as_of else None
    if time and kept:
        students = grades_as_of(time, slug, kept.store, kept.known, shown=as_of or "")
    else:
        students = csv_grades.read_grades(file)
    names = {each.grade.student for each in students}
    absent = course.excused.get(slug, frozenset()) - names
    rows = csv_grades.without(
        students, [name for name in leave_out if name not in absent], accept=accept, file=file.name
    )
    if not slug:
        return ClassGrades(file, slug, students, [final_grades.as_graded(row) for row in rows])
    history = _history(kept, slug, digest, rows, file, time) if kept is not None else None
    if not final_grades.has_rules(course, slug):
        found = [final_grades.as_graded(row) for row in rows]
        return ClassGrades(file, slug, students, found, history=history, course=course)
    tasks = assignments.load(slug, root=root).tasks_with_points
    earlier = _earlier(history, rows, {task.id: task.points for task in tasks}) if history else {}
    before = {student: [each.attempt for each in attempts] for student, attempts in earlier.items()}
    left_out = {*leave_out, *names} - {row.grade.student for row in rows}
    found = final_grades.finals(
        rows, course, slug, tasks=tasks, earlier=before, left_out=left_out, now=datetime.now(UTC), file=file.name
    )
    digests = {(name, each.attempt.number): each.sha256 for name, attempts in earlier.items() for each in attempts}
    found = [replace(each, sha256=digests.get((each.grade.student, each.final.attempt or 0))) for each in found]
    notes = [*final_grades.unknown_names(course, slug, students), final_grades.unknown_times(found)]
    for sentence in filter(None, notes):
        click.echo(f"autograder: {sentence}", err=True)
    return ClassGrades(file, slug, students, found, history, earlier, course)


def _earlier(history: Attempts, rows: Sequence[GradedStudent], tasks: Mapping[str, float]) -> dict[str, list[Earlier]]:
    """Return the attempts before that of the table, by student. The store may also have later ones."""
    known = history.attempts(tasks)
    return {
        row.grade.student: [
            each for each in known.get(row.grade.student, ()) if each.attempt.number < (row.attempt or 1)
        ]
        for row in rows
    }


@contextlib.contextmanager
def recording(found: ClassGrades, kept: Kept | None, target: str, students: Collection[str]) -> Iterator[None]:
    """Record in the store what the block exports to ``target``: all of it, or nothing if the block fails."""
    if kept is None or found.history is None:
        yield
        return
    from ..batch import publications

    rows, unknown = [], 0
    for each in found.finals:
        name, points = each.grade.student, each.grade.points
        if name not in students or points is None:
            continue
        if report := found.history.report_of(each.sha256 or each.grade.sha256 or ""):
            rows.append(publications.Published(name, points, each.grade.possible, report))
        else:
            unknown += 1
    with kept.store.transaction() as connection:
        publications.record(kept.store, connection, kept.known, found.slug, target=target, found=rows)
        yield
    if unknown:
        sentence = f"the store has no report of {unknown} of these students, so their export is not recorded."
        click.echo(f"autograder: {sentence}", err=True)


@contextlib.contextmanager
def recording_course(rows: Sequence[CourseRow], kept: Kept | None) -> Iterator[None]:
    """Write into the log which totals the block exports: all of them, or nothing if the block fails."""
    if kept is None:
        yield
        return
    with kept.store.transaction() as connection:
        for row in rows:
            total = "no total" if row.total.percent is None else f"a total of {row.total.percent:g} %"
            person = kept.known.pseudonym(row.student)
            kept.store.note(connection, "exported", "", f"{total} in a table of the course", person)
        yield


def published(found: ClassGrades, kept: Kept | None, target: str) -> Mapping[str, float]:
    """Return the points that were last exported to ``target``, by student."""
    if kept is None:
        return {}
    from ..batch import publications

    return publications.last_points(kept.store, kept.known, found.slug, target)


def other_use(found: ClassGrades, kept: Kept | None, system: str, column: str) -> str:
    """Return why a column of another system may be that of another assignment, or "": what was exported before."""
    if kept is None:
        return ""
    from ..batch import publications

    before = publications.columns(kept.store)
    target = f"{system}: {column}"
    if others := sorted({slug for slug, where in before if where == target and slug != found.slug}):
        return f"it was given the grades of {', '.join(others)} before"
    own = sorted({where for slug, where in before if slug == found.slug and where.startswith(f"{system}: ")})
    if own and target not in own:
        listed = ", ".join(f'"{where.partition(": ")[2]}"' for where in own)
        return f"the grades of {found.slug} went to {listed} before"
    return ""


def with_reasons(found: ClassGrades, kept: Kept | None) -> list[Grade]:
    """Return the grades with the reasons for changed points, and with time and state of the graded files elsewhere."""
    states = {}
    if kept is not None and found.slug:
        last = kept.store.last(found.slug)
        states = {kept.known.name(person): (each.attempt, each.lms_attempt or "") for person, each in last.items()}
    grades = []
    for each in found.finals:
        reasons = each.final.reasons if each.grade.points is not None else ()
        number, state = states.get(each.grade.student, (0, ""))
        is_last = each.row is not None and each.row.attempt == number
        received = each.row.received_at if each.row else None
        grades.append(replace(each.grade, reasons=reasons, state=state if is_last else "", received_at=received))
    return grades


def check_reasons(accept: Sequence[str]) -> None:
    """Check the reasons of ``--accept``.

    Raises:
        UsageError: one is unknown, or is that of a submission without a grade.
    """
    for reason in accept:
        if reason not in ACCEPTABLE:
            raise UsageError(f"{reason} cannot be accepted. The reasons are {', '.join(ACCEPTABLE)}.")


def language(file: Path, lang: str | None, root: Path) -> contextlib.AbstractContextManager[None]:
    """Return a context in the language ``lang``, or in that of the assignment of a table."""
    slug, _ = _run_of(file, needed=False)
    if lang is None and slug and (root / "assignments" / slug).is_dir():
        return translation.assignment_language(None, assignments.load(slug, root=root))
    return use_language(lang or DEFAULT)


def _run_of(file: Path, *, needed: bool) -> tuple[str, str]:
    """Return the assignment of a run and its digest; nothing if they are not needed and nobody knows."""
    run = file.with_name("run.json")
    try:
        found = json.loads(run.read_bytes())
        return str(found["assignment"]), str(found["digest"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        if not needed:
            return "", ""
        raise UsageError(
            f"{run} cannot be read, so the assignment is not known. Use the grades.csv in the folder of a run."
        ) from exc


def _history(
    kept: Kept, slug: str, digest: str, rows: Sequence[GradedStudent], file: Path, time: datetime | None
) -> Attempts:
    """Return what the store knew at ``time``; or what it knows now, and nothing newer than the table ``file``."""
    from ..batch.attempts import Attempts

    history = Attempts(kept.store, kept.known, slug, digest, until=time)
    if len(levels := history.levels()) > 1:
        mixed = ", ".join(f"{count} of the level {level}" for level, count in sorted(levels.items()))
        click.echo(
            f"autograder: The reports that count for {slug} are of two levels of the sandbox: {mixed}. "
            "Run batch again with one --level.",
            err=True,
        )
    if time is not None:
        return history
    _check_decided(history, rows, file)
    for sentence in _newer(kept, slug, rows):
        click.echo(f"autograder: {sentence}", err=True)
    return history


def _check_decided(history: Attempts, rows: Sequence[GradedStudent], file: Path) -> None:
    for row in rows:
        if missing := history.undecided(row.grade.student, row.reasons):
            raise UsageError(
                f"{file} is older than a decision about {row.grade.student} ({missing.detail}). Run batch again, which "
                "writes the table anew."
            )


def _newer(kept: Kept, slug: str, rows: Sequence[GradedStudent]) -> Iterator[str]:
    """Yield a sentence for each student who handed in again after the table was written."""
    last = {kept.known.name(person): each for person, each in kept.store.last(slug).items()}
    for row in rows:
        name = row.grade.student
        if name in last and row.attempt is not None and last[name].attempt > row.attempt:
            number = last[name].attempt
            yield f"{name} handed in attempt {number}, and this table has attempt {row.attempt}. Run batch again."
