"""``autograder export``: from grades.csv to a table of another system, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import lms_samples as lms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lms_samples import CLASS, Student, cells

from autograder.batch.results import ResultsFolder, RunKind
from autograder.commands.main import main
from autograder.errors import NeedsHuman, UsageError
from autograder.exchange import final_grades
from autograder.exchange.csv_grades import GradedStudent, read_grades, table, without
from autograder.exchange.grades import Grade, folded
from autograder.exchange.writers import System, writer
from autograder.model import Score, Verdict
from autograder.reports.class_rows import ClassRow

Run = Callable[..., tuple[int, str, str]]


def row(student: str, earned: float = 12.5, **others: object) -> ClassRow:
    tasks = {"attention": earned, "sha256": 0.0, "earned": 0.0}  # names of columns are possible names of tasks
    made = ClassRow(student, Score(earned, 20.0), {Verdict.PASSED: 3}, tasks=tasks, sha256="ab" * 32)
    return replace(made, **others)  # type: ignore[arg-type]


DIED = {"complete": False, "reason": "The process died.", "attention": ("died",)}


def run_folder(folder: Path, rows: Sequence[ClassRow]) -> Path:
    """A folder of results as batch makes it, with a page for each student; returns its table of grades."""
    results = ResultsFolder(folder, RunKind("01-tiny", "0", True), [each.student or "" for each in rows])
    with results:
        results.begin("full")
        for each in rows:
            page = folder / "students" / results.page_of(each.student or "").removeprefix("../students/")
            page.write_text(f"<p>{each.student}</p>", encoding="utf-8")
        results.grades.write_text("".join(table(rows)), encoding="utf-8", newline="")
    return results.grades


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run ``autograder export`` in an empty folder; return exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def export(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", "export", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return export


# --- the table of a run, read back


@given(st.lists(st.tuples(lms.NAMES, lms.POINTS), min_size=1, max_size=4, unique_by=lambda each: each[0]))
def test_the_table_of_a_run_comes_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, float]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "grades.csv"
    path.write_text("".join(table([row(*each) for each in found])), encoding="utf-8", newline="")
    read = read_grades(path)
    assert [(each.grade.student, each.grade.points) for each in read] == found
    assert {(each.grade.possible, each.grade.sha256, each.attention) for each in read} == {(20.0, "ab" * 32, ())}


@pytest.mark.parametrize("name", ["=1", "'=1", "''-x", "'", "a;'=b", "\t=1", " =1", "a\u200cb", "a\n=b", "+'='"])
def test_quotes_against_formulas_are_taken_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("".join(table([row(name)])), encoding="utf-8", newline="")
    assert [each.grade.student for each in read_grades(path)] == [name]


def test_a_report_without_points_is_no_grade_and_not_zero(tmp_path: Path) -> None:
    path = run_folder(tmp_path / "graded", [row("kim"), row("lee", 0.0), row("park", 0.0, **DIED)])
    read = read_grades(path)
    assert [each.grade.points for each in read] == [12.5, 0.0, None]
    assert [each.attention for each in read] == [(), (), ("died",)]
    with pytest.raises(NeedsHuman, match="1 student needs a human before"):
        without(read, [], file="grades.csv")
    assert [each.grade.student for each in without(read, ["PARK"], file="grades.csv")] == ["kim", "lee"]
    assert folded("a\u200cb") == folded(r"a\u200cb")  # as it is written in the table
    with pytest.raises(UsageError, match=r"no student parc\. Did you mean park\?"):
        without(read, ["parc"], file="grades.csv")


def test_the_table_of_our_own_is_protected_against_formulas() -> None:
    rows = [
        GradedStudent(Grade("=1+1", 3.5, 20.0, sha256="ab"), (), reasons="=2", adjusted=-1.5, attempt=2),
        GradedStudent(Grade("kim", None, 20.0), ()),
    ]
    text = final_grades.table([final_grades.as_graded(each) for each in rows])
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        ["student", "points", "possible", "sha256", "graded", "attempt", "adjusted", "reasons"],
        ["'=1+1", "3.5", "20", "ab", "5", "2", "-1.5", "'=2"],
        [
            "kim",
            "",
            "",
            "",
            "",
            "",
            "",
            "There is no grade, because there is no complete report. Grade the submission again.",
        ],
    ]


WRONG_TABLES = {
    "practice": (lambda text: "".join(table([row("kim")], first=("PRACTICE", "PRACTICE"))), "table of a practice run"),
    "other columns": (lambda text: text.replace(",attention\r", ",other\r"), "line 1: the columns are not those"),
    "points": (lambda text: text.replace("kim,12.5", "kim,twelve"), 'line 2: earned is "twelve"'),
    "infinite": (lambda text: text.replace("kim,12.5", "kim,inf"), 'line 2: earned is "inf"'),
    "twice": (lambda text: text + text.splitlines(keepends=True)[1], "line 3: kim is in it twice"),
    "cut": (lambda text: text[:-8], "line 2: the row has another number of cells"),
    "quote": (lambda text: text + '"', "a spreadsheet has saved it"),
    "empty": (lambda text: "", "line 1: the columns are not those"),
}


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_another_table_is_refused(tmp_path: Path, name: str) -> None:
    change, sentence = WRONG_TABLES[name]
    path = tmp_path / "grades.csv"
    path.write_text(change("".join(table([row("kim")]))), encoding="utf-8", newline="")
    with pytest.raises(UsageError) as caught:
        read_grades(path)
    assert sentence in caught.value.message and caught.value.message.startswith(str(path))


# --- the command


def test_every_system_has_a_writer_and_a_row_on_the_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "how-to" / "export-grades.md").read_text(encoding="utf-8")
    for system in System:
        assert f"| `{system}` |" in page
        if system not in (System.CSV, System.NBGRADER):  # which have no template
            assert callable(writer(system).fill) and callable(writer(system).steps)


@pytest.mark.parametrize("system", ["canvas", "blackboard", "brightspace"])
def test_grades_go_into_the_template(run: Run, system: str) -> None:
    grades = run_folder(Path("graded"), [row("student01", 7.25), row("student02")])
    template = getattr(lms, system)()
    Path("template.csv").write_bytes(template)
    code, out, err = run(grades, "--to", system, "--template", "template.csv", "--out", "up.csv", "--overwrite")
    assert code == 0 and err.count("\n") == 1 and "student01 has 8.50, which was not exported from here" in err
    lines = out.splitlines()
    assert lines[0].startswith('up.csv: 2 grades in the column "HW1')
    assert lines[1].startswith("1. In ")
    assert {"7.25", "12.5"} <= {cell for line in cells(Path("up.csv").read_bytes()) for cell in line}
    assert Path("template.csv").read_bytes() == template


def test_the_utf16_of_blackboard_is_taken_and_that_of_a_spreadsheet_is_not(run: Run) -> None:
    grades = run_folder(Path("graded"), [row("student02")])
    Path("template.xls").write_bytes(lms.blackboard_utf16())
    arguments = [grades, "--template", "template.xls", "--out", "up.xls", "--to"]
    assert run(*arguments, "blackboard")[0] == 0
    assert "12.5" in Path("up.xls").read_text(encoding="utf-16")
    code, _, err = run(*arguments, "canvas")
    assert code == 2 and "template.xls, line 1: the file is UTF-16, so a spreadsheet has saved it" in err


def test_moodle_gets_a_worksheet_an_archive_and_three_steps(run: Run) -> None:
    people = [row(each.email) for each in CLASS]
    grades = run_folder(Path("graded"), [*people, row("a\u200cb", 0.0, **DIED)])
    Path("sheet.csv").write_bytes(lms.moodle())
    code, out, err = run(
        grades, "--to", "moodle", "--template", "sheet.csv", "--out", "up.csv",
        "--feedback", "graded/students", "--leave-out", "a\u200cb", "--overwrite",
    )  # fmt: skip
    assert code == 0 and err.count("\n") == 1
    assert [line[:2] for line in out.splitlines()[1:]] == ["1.", "2.", "3."]
    assert 'Moodle must report "Updated 3 grades"' in out
    packed = lms.names_of(Path("up-feedback.zip").read_bytes())
    expected = {
        f"feedback_{40 + p.number}_assignfeedback_file/feedback.html": f"<p>{p.email}</p>".encode() for p in CLASS
    }
    assert packed == expected


def test_canvas_gets_feedback_under_the_names_of_the_submissions(run: Run) -> None:
    grades = run_folder(Path("graded"), [row("student01"), row("student02")])
    Path("book.csv").write_bytes(lms.canvas())
    with zipfile.ZipFile("subs.zip", "w") as archive:
        archive.writestr("synth01student_1001_90001_hw1.py", "x")
        archive.writestr("박지호_1002_text.html", "x")
    arguments = [grades, "--to", "canvas", "--template", "book.csv", "--out", "up.csv", "--feedback", "graded/students"]
    code, _, err = run(*arguments)
    assert code == 2 and "Also give --submissions, the archive that you downloaded from Canvas." in err
    code, _, err = run(*arguments, "--submissions", "subs.zip", "--overwrite")
    assert code == 0 and "The files of student01, student02 in subs.zip are not those that were graded." in err
    assert "autograder: book.csv, line 5: no file in subs.zip can take the feedback.\n" in err
    assert lms.names_of(Path("up-feedback.zip").read_bytes()) == {
        "synth01student_1001_90001_hw1.py": b"<p>student01</p>"
    }


def test_our_own_table_needs_no_template(run: Run) -> None:
    grades = run_folder(Path("graded"), [row("=kim"), row("lee")])
    assert run(grades, "--to", "csv", "--out", "up.csv") == (0, "up.csv: 2 grades.\n", "")
    assert [line[:2] for line in cells(Path("up.csv").read_bytes())[1:]] == [["'=kim", "12.5"], ["lee", "12.5"]]


def test_who_does_not_match_is_named_and_nothing_is_written(run: Run) -> None:
    twins = (*CLASS, Student(4, "Kim", "Lee"), Student(5, "Kim", "Lee"))
    grades = run_folder(Path("graded"), [row("student01"), row("Kim Lee"), row("nobody")])
    Path("book.csv").write_bytes(lms.canvas(twins))
    code, out, err = run(grades, "--to", "canvas", "--template", "book.csv", "--out", "up.csv")
    assert (code, out) == (5, "")
    assert "Kim Lee: lines 7 and 8 fit" in err and "nobody: nobody has this id" in err
    assert err.endswith("[needs-human]\n")
    assert not Path("up.csv").exists()


def test_a_submission_that_needs_a_human_stops_the_export(run: Run) -> None:
    grades = run_folder(Path("graded"), [row("student01", attention=("timed-out",)), row("student02", 0.0, **DIED)])
    Path("book.csv").write_bytes(lms.canvas())
    arguments = [grades, "--to", "canvas", "--template", "book.csv", "--out", "up.csv"]
    code, _, err = run(*arguments)
    assert code == 5
    assert "student01: A case timed out." in err and "student02: The process that graded" in err
    code, _, err = run(*arguments, "--leave-out", "student02")
    assert code == 5 and "student01: A case" in err and "student02:" not in err
    assert not Path("up.csv").exists()
    code, out, _ = run(*arguments, "--leave-out", "student02", "--leave-out", "student01")
    assert code == 0 and out.startswith("up.csv: 0 grades")


WRONG_USE = {
    "no template": (["--to", "canvas", "--out", "up.csv"], "--to canvas needs --template"),
    "csv with a template": (
        ["--to", "csv", "--template", "book.csv", "--out", "up.csv"],
        "Omit --template and --column",
    ),
    "over the template": (["--to", "canvas", "--template", "book.csv", "--out", "./book.csv"], "would replace a file"),
    "over a link to it": (["--to", "canvas", "--template", "book.csv", "--out", "link.csv"], "would replace a file"),
    "over the grades": (["--to", "csv", "--out", "graded/staff/grades.csv"], "would replace a file"),
    "a folder": (["--to", "csv", "--out", "graded"], "because it is a folder"),
    "a missing template": (["--to", "canvas", "--template", "no.csv", "--out", "up.csv"], "no.csv cannot be read"),
    "feedback": (
        ["--to", "blackboard", "--template", "book.csv", "--out", "up.csv", "--feedback", "graded/students"],
        "hand out the pages in graded/students",
    ),
    "feedback of another run": (
        ["--to", "moodle", "--template", "sheet.csv", "--out", "up.csv", "--feedback", "elsewhere", "--overwrite"],
        "elsewhere has no page of student01@example.invalid",
    ),
    "archive over the template": (
        ["--to", "moodle", "--template", "up-feedback.zip", "--out", "up.csv", "--feedback", "graded/students"],
        "up-feedback.zip would replace a file",
    ),
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_ends_with_2_and_writes_nothing(run: Run, name: str) -> None:
    run_folder(Path("graded"), [row("student01@example.invalid")])
    Path("elsewhere").mkdir()
    Path("book.csv").write_bytes(lms.canvas())
    Path("sheet.csv").write_bytes(lms.moodle())
    os.link("book.csv", "link.csv")
    Path("up-feedback.zip").write_bytes(lms.moodle())
    arguments, sentence = WRONG_USE[name]
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    code, out, err = run("graded/staff/grades.csv", *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("fault", ["up.csv", "up-feedback.zip"])
def test_both_files_are_written_or_none(fault: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    grades = run_folder(Path("graded"), [row(CLASS[0].email)])
    Path("sheet.csv").write_bytes(lms.moodle())
    replace_file = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == fault:
            raise OSError(28, "No space left")
        replace_file(source, target)

    monkeypatch.setattr(os, "replace", full)
    arguments = ["--template", "sheet.csv", "--out", "up.csv", "--feedback", "graded/students", "--overwrite"]
    code, _, err = run(grades, "--to", "moodle", *arguments)
    assert code == 4 and "No space left" in err
    assert sorted(path.name for path in Path().iterdir()) == ["graded", "sheet.csv"]
