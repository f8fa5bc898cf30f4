"""A class: who is in it, everybody graded whatever others handed in, a table that no name can turn into code."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import SOLUTION, Course, make, write

from autograder.batch.runner import grade_class, uploads_of
from autograder.errors import AutograderError, UsageError
from autograder.exchange.csv_grades import write_grades
from autograder.exchange.folder import entries
from autograder.exchange.formats import Entry
from autograder.grading.options import RunOptions
from autograder.model import GradedCase, GraderInfo, Report, SandboxInfo, Score, SubmissionInfo, Task, Verdict
from autograder.reports.class_rows import class_row
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
    write_grades([class_row(each) for each in reports], folder / "grades.csv")
    return list(csv.reader(io.StringIO((folder / "grades.csv").read_bytes().decode("utf-8-sig"), newline="")))


# --- who is in the class


def test_every_entry_is_a_student(tmp_path: Path) -> None:
    for name in ("kim/tiny.py", "lee.py", "park.ipynb", "choi.zip", "jung.v2.zip", "김철수.PY", "han.tar.gz", "oh.txt"):
        write(tmp_path / name, "")
    for name in (".DS_Store", ".git/HEAD", "__MACOSX/._lee.py", "Thumbs.db", "desktop.ini"):
        write(tmp_path / name, "")
    assert entries(tmp_path) == [
        Entry("choi", tmp_path / "choi.zip"),
        Entry("han", tmp_path / "han.tar.gz"),
        Entry("jung.v2", tmp_path / "jung.v2.zip"),
        Entry("kim", tmp_path / "kim"),
        Entry("lee", tmp_path / "lee.py"),
        Entry("oh", tmp_path / "oh.txt"),
        Entry("park", tmp_path / "park.ipynb"),
        Entry("김철수", tmp_path / "김철수.PY"),
    ]


def test_a_name_in_two_normal_forms_is_one_student(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        write(tmp_path / unicodedata.normalize(form, "박지호" if form == "NFC" else "김민준.py"), "")
    assert [each.student for each in entries(tmp_path)] == ["김민준", "박지호"]


def test_a_name_in_the_code_page_of_korean_windows_is_read(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + "/박지호.py".encode("cp949"), os.O_CREAT))
    [entry] = entries(tmp_path)
    assert entry.student == "박지호"
    assert entry.path.is_file()


def test_a_class_without_submissions_is_refused(tmp_path: Path) -> None:
    write(tmp_path / ".DS_Store", "")
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
    grade_class(course.load(), uploads_of(entries(source)), reports.append, run=run, supervisor=supervisor)
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
    grade_class(course.load(), uploads_of(entries(tmp_path / "class")), reports.append, run=run, supervisor=supervisor)
    assert [each.submission.student for each in reports] == ["b"]


def grades_of(course: Course, source: Path, supervisor: Supervisor, *, official: bool = False) -> list[Report]:
    reports: list[Report] = []
    run = RunOptions(official=official, seed=3, device="cpu")
    grade_class(course.load(), uploads_of(entries(source)), reports.append, run=run, supervisor=supervisor)
    return reports


NOT_GRADED = {
    "choi.tar.gz": "choi.tar.gz is an archive of another kind (tar). Hand in a .zip",
    "han.7z": "han.7z is an archive of another kind (7z). Hand in a .zip",
    "jung.txt": "jung.txt is not a kind of file that can be graded. Hand in a .py",
    "lee.rar": "lee.rar is an archive of another kind (RAR). Hand in a .zip",
    "no ending": "no ending is not a kind of file that can be graded. Hand in a .py",
}


def test_every_entry_that_is_not_graded_has_a_report_with_a_reason(tmp_path: Path, supervisor: Supervisor) -> None:
    source = tmp_path / "class"
    for name in NOT_GRADED:
        write(source / name, "x")
    write(source / "kim.py", SOLUTION)
    found = {each.submission.student: each for each in grades_of(make(tmp_path / "course"), source, supervisor)}
    assert found.pop("kim").score.earned == 9.0
    assert list(found) == ["choi", "han", "jung", "lee", "no ending"]
    for report, sentence in zip(found.values(), NOT_GRADED.values(), strict=True):
        assert (report.score.earned, report.outcomes) == (0.0, ())
        assert report.notes[0].startswith(sentence)


def test_two_entries_of_one_student_are_named_and_the_class_goes_on(tmp_path: Path, supervisor: Supervisor) -> None:
    source = tmp_path / "class"
    for name in ("kim.py", "kim.zip", "lee.py", unicodedata.normalize("NFD", "박지호.py"), "박지호.zip"):
        write(source / name, SOLUTION)
    kim, lee, park = grades_of(make(tmp_path / "course"), source, supervisor)
    assert [kim.submission.student, lee.submission.student, park.submission.student] == ["kim", "lee", "박지호"]
    assert (kim.score.earned, lee.score.earned, park.score.earned) == (0.0, 9.0, 0.0)
    assert kim.notes == (
        "There are several uploads of one name: kim.py, kim.zip. None was graded. Keep only one of them.",
    )
    assert "박지호.zip" in park.notes[0]


@pytest.mark.parametrize(("official", "points"), [(False, 9.0), (True, 20.0)])
def test_the_possible_points_of_a_refused_upload_are_those_of_the_run(
    tmp_path: Path, supervisor: Supervisor, official: bool, points: float
) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    write(tmp_path / "class" / "lee.zip", b"no archive at all")
    reports = grades_of(make(tmp_path / "course"), tmp_path / "class", supervisor, official=official)
    assert [each.score for each in reports] == [Score(points, points), Score(0.0, points)]


# --- the table


def test_the_table_has_a_row_a_student_and_a_column_a_task(tmp_path: Path) -> None:
    found = table(
        report("kim", ("double", 2.5), ("double", 4.0), ("total", 1.0)),
        report("lee", ("double", 0.0), ("total", 5.0)),
        folder=tmp_path,
    )
    digest = "ab" * 32
    assert [row[:7] for row in found] == [
        ["student", "earned", "possible", "double", "total", "sha256", "reason"],
        ["kim", "7.5", "15.0", "6.5", "1.0", digest, ""],
        ["lee", "5.0", "15.0", "0.0", "5.0", digest, ""],
    ]


def test_thirds_add_up_in_the_table(tmp_path: Path) -> None:
    third = round(10 / 3, 8)
    found = table(report("kim", ("double", third), ("double", third), ("double", third)), folder=tmp_path)
    assert found[1][3] == "10.0"


def test_a_refused_upload_first_does_not_take_the_columns_away(tmp_path: Path) -> None:
    found = table(report("kim"), report("lee", ("double", 5.0)), folder=tmp_path)
    assert [row[3] for row in found] == ["double", "0.0", "5.0"]


def test_an_empty_class_is_a_table_without_rows(tmp_path: Path) -> None:
    [head] = table(folder=tmp_path)
    assert head[:5] == ["student", "earned", "possible", "sha256", "reason"]


def test_the_table_says_why_nothing_was_graded(tmp_path: Path) -> None:
    refused = replace(report("kim"), notes=("=kim.rar is no archive; -1",))
    failed = replace(report("lee", ("double", 0.0), ("total", 0.0)), notes=("A note.",))
    missing = replace(failed, outcomes=tuple(replace(each, message="tiny.py is missing.") for each in failed.outcomes))
    found = table(refused, failed, missing, folder=tmp_path)
    assert [row[6] for row in found[1:]] == ["'=kim.rar is no archive;' -1", "", "tiny.py is missing."]


def test_the_table_begins_with_the_mark_that_excel_needs(tmp_path: Path) -> None:
    table(report("김민준"), folder=tmp_path)
    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", " =1+1",
            "＝1+1", "＋1", "－1", "＠SUM(A1)", "\u3000＝1", "\xa0=1", "\tkim", "\rkim"]  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_a_spreadsheet_would_run_is_text(tmp_path: Path, name: str) -> None:
    cell = table(report(name), folder=tmp_path)[1][0]
    assert cell.startswith("'")


@pytest.mark.parametrize("separator", [";", "\t", "\n", "|"])
@pytest.mark.parametrize("formula", ["=1+1", " =1", "＝1", "@A1"])
def test_a_name_is_text_where_a_spreadsheet_separates_cells_in_another_way(
    tmp_path: Path, separator: str, formula: str
) -> None:
    """With semicolons, as in German, a quote that does not begin a cell does not protect what follows it."""
    table(report(f'"x{separator}{formula}'), folder=tmp_path)
    text = (tmp_path / "grades.csv").read_bytes().decode("utf-8-sig")
    assert f"x{separator}'{formula}" in text


@pytest.mark.parametrize("name", ["kim", "O'Neill", "김철수", 'a "b", c', "a=b", "mary-jane", "Müller, Jürgen; jun."])
def test_an_ordinary_name_stays_as_it_is(tmp_path: Path, name: str) -> None:
    assert table(report(name), folder=tmp_path)[1][0] == name


def test_a_name_that_is_no_utf8_does_not_lose_the_table(tmp_path: Path) -> None:
    found = table(report(os.fsdecode(b"kim\xff")), report(None), report("two\nlines"), folder=tmp_path)
    assert [row[0] for row in found[1:]] == [r"kim\udcff", "", "two\nlines"]


def test_the_table_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(report("kim"), folder=tmp_path)
    before = (tmp_path / "grades.csv").read_bytes()
    broken = replace(class_row(report("lee")), reason=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        write_grades([class_row(report("kim")), broken], tmp_path / "grades.csv")
    monkeypatch.setattr(os, "replace", lambda source, target: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(AutograderError, match="No space left") as caught:
        write_grades([class_row(report("lee"))], tmp_path / "grades.csv")
    assert caught.value.slug == "report-write"
    assert (tmp_path / "grades.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["grades.csv"]


def test_the_table_makes_its_folder(tmp_path: Path) -> None:
    write_grades([class_row(report("kim"))], tmp_path / "new" / "grades.csv")
    assert (tmp_path / "new" / "grades.csv").is_file()
