"""The rows of a large class: sorted and replaced as in memory, but not in memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from renderings import ROWS, race_rows
from tiny_course import SOLUTION, make, write

from autograder.batch import identities
from autograder.batch.class_run import ClassRun
from autograder.batch.ledger import Ledger
from autograder.batch.results import ResultsFolder, RunKind
from autograder.batch.row_file import Rows, row_file
from autograder.batch.runner import Upload, grade_class
from autograder.batch.store import Store
from autograder.course.course_file import Course
from autograder.errors import AutograderError
from autograder.exchange import formats
from autograder.exchange.csv_grades import write_grades
from autograder.grading.options import RunOptions
from autograder.model import Adjustment, Report, Score, SubmissionInfo
from autograder.reports import class_page
from autograder.reports.class_rows import class_line
from autograder.reports.files import write_pieces
from autograder.workers.supervisor import Supervisor

RUN = RunOptions(official=True, seed=5, device="cpu")


@pytest.fixture
def rows() -> Iterator[Rows]:
    with row_file() as found:
        yield found


def test_rows_come_back_as_they_were_sorted_by_student(rows: Rows) -> None:
    changed = replace(ROWS[0], student="a", score=Score(1.5, 2.0, (Adjustment(-0.5, "too late", task="t"),)))
    given = [*ROWS, *race_rows(), changed, replace(changed, student=os.fsdecode(b"kim\xff"))]
    for row in given:
        rows.add(row)
    in_memory = {row.student or "": row for row in given}
    assert list(rows) == [in_memory[name] for name in sorted(in_memory)]
    assert len(rows) == len(in_memory) and changed in rows and class_line(rows) == class_line(list(rows))


def test_a_row_replaces_that_of_the_same_student(rows: Rows) -> None:
    rows.add(replace(ROWS[0], attention=("timed-out",)))
    assert list(rows.needing_a_human) == list(rows)
    rows.add(ROWS[0])
    assert list(rows) == [ROWS[0]] and not rows.needing_a_human


def test_no_rows_are_false(rows: Rows) -> None:
    assert not rows and not rows.needing_a_human
    rows.add(ROWS[0])
    assert rows


def test_a_full_temporary_folder_is_one_sentence(rows: Rows) -> None:
    rows._database.execute("pragma max_page_count = 10")
    with pytest.raises(AutograderError, match="TMPDIR") as caught:
        for number in range(1000):
            rows.add(replace(ROWS[0], student=str(number)))
    assert caught.value.slug == "report-write"


@pytest.mark.slow
@pytest.mark.parametrize(
    "write_table",
    [
        lambda rows, path: write_pieces(path, class_page.html(rows, slug="05-logistic", title="x")),
        lambda rows, path: write_pieces(path, class_page.attention_html(rows, slug="05-logistic", title="x")),
        lambda rows, path: write_grades(rows, path),
    ],
    ids=["class page", "needs a human", "grades"],
)
def test_twice_the_rows_need_the_same_memory(
    rows: Rows, tmp_path: Path, write_table: Callable[[Rows, Path], object]
) -> None:
    peaks = []
    for count in (600, 1200):  # a part of the class page has 500 rows
        for number in range(count):
            rows.add(replace(ROWS[1], student=f"s{number}"))
        write_table(rows, tmp_path / "table")
        tracemalloc.start()
        write_table(rows, tmp_path / "table")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


FIRST, LAST, MOST_BYTES = 200, 500, 1000  # of a student: the digest of the files, the number of the report


@pytest.mark.slow
def test_the_memory_of_a_run_does_not_grow_with_its_reports(tmp_path: Path, supervisor: Supervisor) -> None:
    assignment = make(tmp_path / "course").load()
    paths = [
        write(tmp_path / "class" / f"s{number}" / "tiny.py", f"{SOLUTION}\n# {number}\n") for number in range(LAST)
    ]
    uploads = [Upload(path.parent.name, (path,)) for path in paths]
    [report] = one_report(assignment, uploads[:1], supervisor)
    kept: list[int] = []

    def grade(pending: Sequence[Upload], record: Callable[[Report], None]) -> Sequence[Upload]:
        for number, upload in enumerate(pending, 1):
            record(replace(report, submission=SubmissionInfo(upload.student, upload.sha256())))
            if number == FIRST:
                tracemalloc.start()
            elif number == LAST:
                gc.collect()
                kept.append(tracemalloc.get_traced_memory()[0])
        return ()

    kind = RunKind(assignment.slug, assignment.digest(), official=True)
    folder = tmp_path / "store"
    with identities.changing(folder) as known:
        course = known.course
    with (
        Store(f"sqlite:///{folder / 'store.sqlite'}", course) as store,
        row_file() as rows,
        ResultsFolder(tmp_path / "out", kind, [each.student for each in uploads]) as out,
    ):
        ledger = Ledger(store, folder, assignment, RUN)
        ledger.take_in(uploads, "folder", None)
        class_run = ClassRun(assignment, uploads, out, run=RUN, course=Course(), rows=rows, ledger=ledger)
        try:
            class_run.grade(grade, lambda done, of: None)
        finally:
            tracemalloc.stop()
        class_run.write_tables(formats.named("folder"))
    table = (tmp_path / "out" / "staff" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == LAST + 1
    assert kept[0] < MOST_BYTES * (LAST - FIRST)


def one_report(assignment: object, uploads: Sequence[Upload], supervisor: Supervisor) -> list[Report]:
    found: list[Report] = []
    grade_class(assignment, uploads, found.append, run=RUN, supervisor=supervisor)  # type: ignore[arg-type]
    return found
