"""A class: who is in it, everybody graded whatever others handed in, a table that no name can turn into code."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import SOLUTION, make, write

from autograder.batch.runner import grade_class
from autograder.errors import AutograderError, UsageError
from autograder.exchange.csv_grades import write_grades
from autograder.exchange.folder import entries
from autograder.grading.options import RunOptions
from autograder.model import GradedCase, GraderInfo, Report, SandboxInfo, Score, SubmissionInfo, Task, Verdict
from autograder.workers.supervisor import Supervisor


def report(student: str | None, *cases: tuple[str, float]) -> Report:
    lines = tuple(
        GradedCase(f"case {i}", task, "", 5.0, earned, Verdict.FAILED, True) for i, (task, earned) in enumerate(cases)
    )
    return Report(
        assignment="01-tiny",
        title="Tiny",
        tasks=(Task("double", "", 10.0), Task("total", "", 5.0)),
        submission=SubmissionInfo(student, "ab" * 32),
        score=Score(sum(line.earned for line in lines), 15.0),
        outcomes=lines,
        sandbox=SandboxInfo(True),
        grader=GraderInfo("0", 0, "cpu"),
    )


def table(*reports: Report, folder: Path) -> list[list[str]]:
    write_grades(reports, folder / "grades.csv")
    return list(csv.reader(io.StringIO((folder / "grades.csv").read_bytes().decode("utf-8"), newline="")))


# --- who is in the class


def test_every_entry_is_a_student(tmp_path: Path) -> None:
    for name in ("kim/tiny.py", "lee.py", "park.ipynb", "choi.zip", "jung.v2.zip", "김철수.PY"):
        write(tmp_path / name, "")
    for name in ("roster.csv", ".DS_Store", ".git/HEAD", "notes.txt"):
        write(tmp_path / name, "")
    assert entries(tmp_path) == [
        ("choi", tmp_path / "choi.zip"),
        ("jung.v2", tmp_path / "jung.v2.zip"),
        ("kim", tmp_path / "kim"),
        ("lee", tmp_path / "lee.py"),
        ("park", tmp_path / "park.ipynb"),
        ("김철수", tmp_path / "김철수.PY"),
    ]


def test_two_entries_of_one_student_are_refused(tmp_path: Path) -> None:
    for name in ("kim.py", "kim.zip", "lee.py"):
        write(tmp_path / name, "")
    with pytest.raises(UsageError, match=r"kim\.py and kim\.zip are both of kim; keep one of them"):
        entries(tmp_path)


def test_a_class_without_submissions_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "roster.csv", "")
    with pytest.raises(UsageError, match="contains no submission"):
        entries(tmp_path)


def test_a_class_is_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none", write(tmp_path / "class.zip", "")):
        with pytest.raises(UsageError, match="is not a folder"):
            entries(path)


# --- grading


def test_an_upload_that_cannot_be_opened_stops_nobody(tmp_path: Path, supervisor: Supervisor) -> None:
    course, source = make(tmp_path / "course"), tmp_path / "class"
    write(source / "a.py", SOLUTION)
    write(source / "b.zip", b"no archive at all")
    write(source / "c.ipynb", b"[1, 2")
    write(source / "d" / "tiny.py", "def double(x):\n    return 2 * x\n")
    os.symlink("a.py", source / "e.py")
    write(source / "f" / "notes.txt", "I was ill.")
    reports: list[Report] = []
    run = RunOptions(official=True, seed=3, device="cpu")
    grade_class(course.load(), entries(source), reports.append, run=run, supervisor=supervisor)
    assert [(each.submission.student, each.score.earned, each.score.possible) for each in reports] == [
        ("a", 20.0, 20.0),
        ("b", 0.0, 20.0),
        ("c", 0.0, 20.0),
        ("d", 12.0, 20.0),
        ("e", 0.0, 20.0),
        ("f", 0.0, 20.0),
    ]
    assert "not a zip archive" in reports[1].notes[0]
    assert "notebook is damaged" in reports[2].notes[0]
    assert "is a link" in reports[4].notes[0]
    assert "tiny.py is missing" in reports[5].outcomes[0].message
    assert all(each.complete and each.grader.seed == 3 for each in reports)


def test_a_class_of_refused_uploads_alone_is_graded_too(tmp_path: Path, supervisor: Supervisor) -> None:
    write(tmp_path / "class" / "b.zip", b"no archive at all")
    reports: list[Report] = []
    run = RunOptions(official=True, seed=3, device="cpu")
    course = make(tmp_path / "course")
    grade_class(course.load(), entries(tmp_path / "class"), reports.append, run=run, supervisor=supervisor)
    assert [each.submission.student for each in reports] == ["b"]


# --- the table


def test_the_table_has_a_row_a_student_and_a_column_a_task(tmp_path: Path) -> None:
    found = table(
        report("kim", ("double", 2.5), ("double", 4.0), ("total", 1.0)),
        report("lee", ("double", 0.0), ("total", 5.0)),
        folder=tmp_path,
    )
    digest = "ab" * 32
    assert found == [
        ["student", "earned", "possible", "double", "total", "sha256"],
        ["kim", "7.5", "15.0", "6.5", "1.0", digest],
        ["lee", "5.0", "15.0", "0.0", "5.0", digest],
    ]


def test_thirds_add_up_in_the_table(tmp_path: Path) -> None:
    third = round(10 / 3, 8)
    found = table(report("kim", ("double", third), ("double", third), ("double", third)), folder=tmp_path)
    assert found[1][3] == "10.0"


def test_a_refused_upload_first_does_not_take_the_columns_away(tmp_path: Path) -> None:
    found = table(report("kim"), report("lee", ("double", 5.0)), folder=tmp_path)
    assert [row[3] for row in found] == ["double", "0.0", "5.0"]


def test_an_empty_class_is_a_table_without_rows(tmp_path: Path) -> None:
    assert table(folder=tmp_path) == [["student", "earned", "possible", "sha256"]]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", " =1+1"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_a_spreadsheet_would_run_is_text(tmp_path: Path, name: str) -> None:
    cell = table(report(name), folder=tmp_path)[1][0]
    assert cell.startswith("'")


@pytest.mark.parametrize("name", ["kim", "O'Neill", "김철수", 'a "b", c', "a=b", "mary-jane"])
def test_an_ordinary_name_stays_as_it_is(tmp_path: Path, name: str) -> None:
    assert table(report(name), folder=tmp_path)[1][0] == name


def test_a_name_that_is_no_utf8_does_not_lose_the_table(tmp_path: Path) -> None:
    found = table(report(os.fsdecode(b"kim\xff")), report(None), report("two\nlines"), folder=tmp_path)
    assert [row[0] for row in found[1:]] == [r"kim\udcff", "", "two\nlines"]


def test_the_table_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(report("kim"), folder=tmp_path)
    before = (tmp_path / "grades.csv").read_bytes()
    broken = replace(report("lee"), outcomes=(None,))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        write_grades([report("kim"), broken], tmp_path / "grades.csv")
    monkeypatch.setattr(os, "replace", lambda source, target: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(AutograderError, match="No space left") as caught:
        write_grades([report("lee")], tmp_path / "grades.csv")
    assert caught.value.slug == "report-write"
    assert (tmp_path / "grades.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["grades.csv"]


def test_the_table_makes_its_folder(tmp_path: Path) -> None:
    write_grades([report("kim")], tmp_path / "new" / "grades.csv")
    assert (tmp_path / "new" / "grades.csv").is_file()
