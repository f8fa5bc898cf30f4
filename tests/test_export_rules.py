"""``autograder export`` with the rules of course.toml: what goes out, why, and what stays as a person wrote it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import lms_samples as lms
import pytest
import tiny_course
from lms_samples import CLASS, cells
from report_samples import EVERY_VERDICT
from test_export import Run, row, run_folder
from test_export import run as run  # a fixture

from autograder.exchange import other_values
from autograder.exchange.template import parse
from autograder.exchange.writers import System, writer
from autograder.model import Audience
from autograder.reports.class_rows import ClassRow
from autograder.reports.document import to_json

DUE = """
timezone = "Europe/Berlin"

[due]
"01-tiny" = 2026-10-24T12:00
"""
LATE = "\n[late]\npercent = 10\n"


def tiny(student: str, double: float, total: float = 8.0, **others: object) -> ClassRow:
    """A row of the tiny course; ``received_at`` and ``attempt`` may be given."""
    made = replace(row(student, double + total), tasks={"double": double, "total": total})
    return replace(made, **others)  # type: ignore[arg-type]


def course(text: str) -> None:
    tiny_course.make(Path())
    Path("course.toml").write_text(text, encoding="utf-8")


def table(path: str = "up.csv") -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"), newline=""))
    return {each["student"]: each for each in rows}


def test_the_late_penalty_is_applied_with_a_column_and_a_reason(run: Run) -> None:
    course(DUE + LATE + '\n[extensions."01-tiny"]\nlee = 2026-10-26T12:00\n')
    received = {  # by a system in Seoul; the clocks of Berlin go back on 25 October
        "kim": "2026-10-24T18:59:00+09:00",
        "lee": "2026-10-26T19:59:00+09:00",
        "choi": "2026-10-25T20:00:00+09:00",
    }
    grades = run_folder(Path("graded"), [tiny(name, 12.0, received_at=time) for name, time in received.items()])
    assert run(grades, "--to", "csv", "--out", "up.csv") == (0, "up.csv: 3 grades.\n", "")
    found = table()
    assert {name: each["points"] for name, each in found.items()} == {"kim": "20", "lee": "20", "choi": "16"}
    assert (found["choi"]["graded"], found["choi"]["late"], found["kim"]["late"]) == ("20", "-4", "")
    assert found["choi"]["reasons"].startswith("Received 25:00 (hours:minutes) after the due date: 2 started days.")
    assert table("graded/staff/grades.csv")["choi"]["earned"] == "20.0"  # grading is not changed


def test_an_unknown_lateness_costs_nothing_and_is_said(run: Run) -> None:
    course(DUE + LATE)
    rows = [tiny("kim", 12.0), tiny("lee", 12.0, late="yes"), tiny("choi", 12.0, late="no")]
    code, out, err = run(run_folder(Path("graded"), rows), "--to", "csv", "--out", "up.csv")
    assert code == 0 and out == "up.csv: 3 grades.\n"
    assert "It is not known how late 2 students handed in, so there is no late penalty: kim, lee." in err
    found = table()
    assert {each["points"] for each in found.values()} == {"20"}
    assert found["kim"]["reasons"] == "The time of receipt is unknown, so there is no late penalty."
    assert found["lee"]["reasons"].startswith("The other system calls this late, but not by how much")
    assert found["choi"]["reasons"] == ""


def test_who_is_excused_has_no_points(run: Run) -> None:
    course('[excused]\n"01-tiny" = ["student01", "student03"]\n')
    grades = run_folder(Path("graded"), [tiny("student01", 3.0), tiny("student02", 6.0)])
    Path("book.csv").write_bytes(lms.canvas())
    code, out, err = run(grades, "--to", "canvas", "--template", "book.csv", "--out", "up.csv", "--overwrite")
    assert code == 0 and "It is replaced by excused." in err and out.startswith("up.csv: 3 grades")
    assert [line[-1] for line in cells(Path("up.csv").read_bytes())[2:]] == ["EX", "14", "EX"]
    others = ["--leave-out", "student03", "--leave-out", "STUDENT01"]
    assert run(grades, "--to", "csv", "--out", "own.csv", *others)[0] == 0
    assert [*table("own.csv")] == ["student02"]
    code, _, _ = run(grades, "--to", "csv", "--out", "own.csv")
    assert table("own.csv")["student03"]["reasons"] == "Excused."


def test_the_page_of_a_student_has_a_line_for_each_change(run: Run) -> None:
    course(DUE + LATE)
    grades = run_folder(
        Path("graded"), [tiny("kim", 12.0, received_at="2026-10-24T10:01:00+00:00"), tiny("lee", 6.0, late="no")]
    )
    report = replace(EVERY_VERDICT, submission=replace(EVERY_VERDICT.submission, student="kim"))
    text = to_json(report, audience=Audience.STAFF)
    grades.with_name("01-tiny-kim.json").write_text(text, encoding="utf-8")
    code, out, _ = run(grades, "--to", "csv", "--out", "up.csv", "--pages", "pages")
    assert code == 0 and "pages: 2 pages." in out
    page = Path("pages/01-tiny-kim.html").read_text(encoding="utf-8")
    assert "-2 points: Received 0:01 (hours:minutes) after the due date: 1 started day." in page
    assert Path("pages/01-tiny-lee.html").read_bytes() == Path("graded/students/01-tiny-lee.html").read_bytes()
    assert run(grades, "--to", "csv", "--out", "up.csv", "--pages", "pages")[0] == 2


def test_another_attempt_than_the_last_needs_the_store(run: Run) -> None:
    course('attempt = "best"\n')
    grades = run_folder(Path("graded"), [tiny("kim", 6.0, attempt=2)])
    code, _, err = run(grades, "--to", "csv", "--out", "up.csv")
    assert code == 2 and 'kim has 2 attempts, and course.toml says attempt = "best"' in err
    assert not Path("up.csv").exists()


def test_a_table_of_other_tasks_is_refused(run: Run) -> None:
    course(DUE + LATE)
    grades = run_folder(Path("graded"), [row("kim")])
    code, _, err = run(grades, "--to", "csv", "--out", "up.csv")
    assert code == 2 and "grades.csv has other tasks than the assignment has now (double, total)" in err


def test_an_extension_of_nobody_is_said(run: Run) -> None:
    course(DUE + LATE + '\n[extensions."01-tiny"]\nkimm = 2026-10-26T12:00\n')
    grades = run_folder(Path("graded"), [tiny("kim", 12.0, received_at="2026-10-24T10:00:00+00:00")])
    code, _, err = run(grades, "--to", "csv", "--out", "up.csv")
    assert code == 0 and 'course.toml, [extensions."01-tiny"]: kimm is not in the table of grades.' in err


# --- reasons that a person accepts


def test_a_reason_can_be_accepted(run: Run) -> None:
    rows = [row("kim", attention=("timed-out",)), row("lee", attention=("timed-out", "awaiting")), row("park")]
    arguments = [run_folder(Path("graded"), rows), "--to", "csv", "--out", "up.csv"]
    code, _, err = run(*arguments)
    assert code == 5 and "[timed-out, awaiting]" in err and "--accept" in err
    code, _, err = run(*arguments, "--accept", "timed-out")
    assert code == 5 and "kim" not in err and "lee" in err
    assert run(*arguments, "--accept", "timed-out", "--accept", "awaiting")[0] == 0
    code, _, err = run(*arguments, "--accept", "died")
    assert code == 2 and "died cannot be accepted. The reasons are awaiting, timed-out" in err


# --- the course


def other(grades: Path, slug: str) -> Path:
    """Make a run of another assignment of it, whose folder is a copy of the tiny one."""
    run = grades.with_name("run.json")
    run.write_text(json.dumps(json.loads(run.read_text()) | {"assignment": slug}), encoding="utf-8")
    for kind in ("assignments", "solutions"):
        for path in Path(kind, "01-tiny").rglob("*"):
            if path.is_file():
                tiny_course.write(Path(kind, slug, path.relative_to(Path(kind, "01-tiny"))), path.read_bytes())
    return grades


def test_a_course_has_a_row_for_each_student(run: Run) -> None:
    course(
        'timezone = "UTC"\n[due]\n"01-tiny" = 2026-01-01T00:00\n"02-more" = 2026-01-01T00:00\n[late]\npercent = 50\n'
        '[weights]\n"02-more" = 3\n'
    )
    late = tiny("kim", 12.0, received_at="2026-01-01T00:01:00+00:00")
    first = run_folder(Path("one"), [late, tiny("lee", 2.0, late="no")])
    second = other(
        run_folder(Path("two"), [tiny("kim", 12.0, late="no"), tiny("park", 0.0, 0.0, late="no")]), "02-more"
    )
    code, out, err = run(first, second, "--course", "--to", "csv", "--out", "course.csv")
    assert (code, out, err) == (0, "course.csv: 3 students, 2 assignments.\n", "")
    found = table("course.csv")
    assert [*found] == ["kim", "lee", "park"]
    kim = [found["kim"][title] for title in ("01-tiny raw", "01-tiny final", "total %")]
    assert kim == ["20.0", "10.0", "87.5"]
    assert (found["lee"]["02-more final"], found["lee"]["total %"]) == ("", "12.5")  # missing, and not zero
    assert "02-more: Nothing was handed in" in found["lee"]["total reasons"]
    assert found["park"]["02-more final"] == "0.0"
    only = run(first, "--course", "--to", "csv", "--out", "course.csv")
    assert only[0] == 0 and "course.toml counts 02-more, and no table of it is named." in only[2]


WRONG_COURSE = {
    "two of one": (["graded/staff/grades.csv"] * 2, ["--course"], "are both of 01-tiny. Name one of them."),
    "two without it": (["graded/staff/grades.csv"] * 2, [], "2 tables are named. Name one, or add --course"),
    "pages": (["graded/staff/grades.csv"], ["--course", "--pages", "new"], "--course writes a table of its own."),
    "nobody": (["graded/staff/grades.csv"], ["--course", "--leave-out", "parc"], "No table has a student parc."),
}


@pytest.mark.parametrize("name", WRONG_COURSE)
def test_wrong_use_of_a_course(run: Run, name: str) -> None:
    course("")
    run_folder(Path("graded"), [tiny("kim", 12.0)])
    files, more, problem = WRONG_COURSE[name]
    code, _, err = run(*files, "--to", "csv", "--out", "course.csv", *more)
    assert code == 2 and problem in err and not Path("course.csv").exists()


# --- what a person wrote in the other system


@pytest.mark.parametrize("system", ["canvas", "moodle", "blackboard", "brightspace", "gradescope"])
def test_a_grade_that_a_person_wrote_stays(run: Run, system: str) -> None:
    people = [replace(each, grade="3.50" if each.number == 1 else "") for each in CLASS]
    Path("table.csv").write_bytes(getattr(lms, system)(people))
    name = {"canvas": "login", "moodle": "email", "blackboard": "login", "brightspace": "login", "gradescope": "email"}
    grades = run_folder(Path("graded"), [row(getattr(each, name[system])) for each in people])
    arguments = [grades, "--to", system, "--template", "table.csv", "--out", "up.csv"]
    code, out, err = run(*arguments)
    first = getattr(people[0], name[system])
    assert code == 0 and out.startswith("up.csv: 2 grades")
    assert err.startswith("autograder: table.csv, line ")
    assert f": {first} has 3.50, which was not exported from here. It stays, and is not replaced by 12.5." in err
    assert err.endswith("To replace this value, add --overwrite.\n")
    written = {cell for line in cells(Path("up.csv").read_bytes()) for cell in line}
    assert "3.50" in written or system == "canvas"  # whose file has only what changes
    code, out, err = run(*arguments, "--overwrite")
    assert code == 0 and out.startswith("up.csv: 3 grades") and "It is replaced by 12.5." in err


def test_the_score_of_an_attempt_that_needs_marking_stays() -> None:
    cells_ = ("Needs Marking(15.00)", "Needs Marking", "Needs Marking(12.50)")
    people = [replace(each, grade=cell) for each, cell in zip(CLASS, cells_, strict=True)]
    template = parse(lms.blackboard(people), "centre.csv")
    filled = writer(System.BLACKBOARD).fill(template, [lms.grade(each.login) for each in people])
    assert [each.student for each in other_values.find(template, filled, {})] == ["student01"]
    assert other_values.find(template, filled, {"student01": 15.0}) == []


def test_a_grade_that_was_exported_from_here_is_replaced() -> None:
    people = [replace(each, grade="3.33") for each in CLASS]
    template = parse(lms.canvas(people), "book.csv")
    filled = writer(System.CANVAS).fill(template, [lms.grade("student01"), lms.grade("student02", 3.3333)])
    assert [each.student for each in other_values.find(template, filled, {})] == ["student01"]
    assert other_values.find(template, filled, {"student01": 3.3333}) == []
