"""``autograder adjust``: points and comments of people, which stay when a submission is graded again."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_course
from hypothesis import given
from hypothesis import strategies as st
from test_commands import Command
from test_commands import command as command  # a fixture

from autograder.batch.adjustments import Decision, Points, applied, check
from autograder.errors import UsageError
from autograder.messages import say
from autograder.model import Score

SLUG = tiny_course.SLUG
HALF = tiny_course.SOLUTION.replace("2 * x", "x * x")  # the visible case of double passes


@pytest.fixture
def course(tmp_path: Path, command: Command) -> tiny_course.Course:
    """A course with a graded class of two."""
    made = tiny_course.make(tmp_path / "course")
    tiny_course.write(tmp_path / "class" / "kim" / "tiny.py", HALF)
    tiny_course.write(tmp_path / "class" / "lee" / "tiny.py", tiny_course.SOLUTION)
    assert batch(command, made, tmp_path) == 0
    return made


def batch(command: Command, course: tiny_course.Course, tmp_path: Path) -> int:
    return command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out").code


def rows() -> dict[str, dict[str, str]]:
    text = Path("out/staff/grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


@pytest.mark.slow
def test_points_are_added_and_the_student_reads_why(
    course: tiny_course.Course, command: Command, tmp_path: Path
) -> None:
    before = rows()["kim"]
    where = ["--root", course.root]
    reason = ["--task", "double", "--points", "1.5", "--reason", "The idea is right.", "--by", "A. Park"]
    found = command("adjust", SLUG, "kim", *reason, *where)
    earned = float(before["earned"])
    expected = (
        f"kim: {earned:g} -> {earned + 1.5:g} of 20 points\nRun batch {SLUG} again: it writes the pages and tables.\n"
    )
    assert (found.code, found.out, found.err) == (0, expected, "")
    assert rows()["kim"] == before  # nothing is written by the way

    assert batch(command, course, tmp_path) == 0
    row = rows()["kim"]
    assert float(row["earned"]) == earned + 1.5 and float(row["double"]) == float(before["double"]) + 1.5
    assert (row["adjusted"], row["adjustments"]) == ("1.5", "double: The idea is right. (A. Park)")
    assert rows()["lee"]["adjusted"] == rows()["lee"]["adjustments"] == ""
    page = Path(f"out/students/{SLUG}-kim.html").read_text(encoding="utf-8")
    assert "double: The idea is right. (A. Park)" in page
    report = json.loads(Path(f"out/staff/{SLUG}-kim.json").read_text(encoding="utf-8"))
    assert report["score"]["earned"] == earned + 1.5
    log = command("batch", "log", "kim", *where).out
    assert "double: +1.5 points, by A. Park: The idea is right." in log


@pytest.mark.slow
def test_a_decision_stays_when_the_case_changes(course: tiny_course.Course, command: Command, tmp_path: Path) -> None:
    decision = ["--set-to", "20", "--reason", "Shown in person.", "--by", "A. Park"]
    assert command("adjust", SLUG, "kim", *decision, "--root", course.root).code == 0
    cases = course.folder / "test_visible.py"
    cases.write_text(cases.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "again").code == 0
    again = Path("again/staff/grades.csv").read_text(encoding="utf-8-sig")
    [kim] = [row for row in csv.DictReader(again.splitlines()) if row["student"] == "kim"]
    assert float(kim["earned"]) == 20 and kim["adjustments"] == "Shown in person. (A. Park)"


def test_a_comment_changes_no_points(course: tiny_course.Course, command: Command, tmp_path: Path) -> None:
    before = rows()["lee"]["earned"]
    comment = ["--reason", "Beautiful code.", "--by", "A. Park"]
    assert command("adjust", SLUG, "lee", *comment, "--root", course.root).code == 0
    assert batch(command, course, tmp_path) == 0
    assert rows()["lee"]["earned"] == before and rows()["lee"]["adjustments"] == "Beautiful code. (A. Park)"


def test_a_table_is_recorded_whole_or_not_at_all(course: tiny_course.Course, command: Command, tmp_path: Path) -> None:
    table = tmp_path / "decisions.csv"
    head = "student,task,points,set_to,reason,by\n"
    where = ["--file", table, "--by", "A. Park", "--root", course.root]
    table.write_text(head + "kim,double,1,,Nearly.,\nnobody,,1,,Why?,\n", encoding="utf-8")
    found = command("adjust", SLUG, *where)
    assert found.code == 2 and f'{table}, line 3: Nobody in this course is called "nobody".' in found.err
    table.write_text(head + "kim,double,1,,Nearly.,\nkim,total,-2,,Copied from a book.,Lee\n", encoding="utf-8-sig")
    assert command("adjust", SLUG, *where).code == 0
    assert batch(command, course, tmp_path) == 0
    assert rows()["kim"]["adjustments"] == "double: Nearly. (A. Park) · total: Copied from a book. (Lee)"
    twice = command("adjust", SLUG, *where)
    assert twice.code == 2
    assert f"{table}, line 2: kim has this decision already. To repeat it, give another reason." in twice.err


def test_a_table_of_a_spreadsheet_is_read(course: tiny_course.Course, command: Command, tmp_path: Path) -> None:
    table = tmp_path / "decisions.csv"
    table.write_bytes("Student;Task;Set to;Reason\r\nkim;double;1,5;Größe fehlt.\r\nlee;;;Schön\r\n".encode("cp1252"))
    done = command("adjust", SLUG, "--file", table, "--by", "A. Park", "--root", course.root)
    assert (done.code, done.err) == (0, "")
    assert "lee: still 20 of 20 points\n" in done.out
    assert batch(command, course, tmp_path) == 0
    assert (rows()["kim"]["double"], rows()["kim"]["adjustments"]) == ("1.5", "double: Größe fehlt. (A. Park)")


FAULTS = {
    "nobody": (["kim2"], 'Nobody in this course is called "kim2". Did you mean kim'),
    "no task": (["kim", "--task", "triple"], "There is no task triple. The tasks are double, total."),
    "above the maximum of a task": (["lee", "--task", "double", "--points", "1"], "double would have 13 of 12 points."),
    "above the maximum": (["lee", "--points", "0.5"], "the assignment would have 20.5 of 20 points."),
    "below zero": (["kim", "--set-to", "-1"], "the assignment would have -1 of 20 points."),
    "two numbers": (["kim", "--set-to", "1", "--points", "1"], "points and set_to exclude each other."),
    "not finite": (["kim", "--points", "nan"], "the points are not finite."),
    "no reason": (["kim", "--points", "1", "--reason", ""], "the reason is missing."),
    "no name": (["kim", "--points", "1", "--by", ""], "nobody is named who decides."),
    "nothing": ([], "Name a student, or --file with a table of decisions."),
    "no table": (["--file", "none.csv", "--reason", ""], "none.csv cannot be read"),
    "another column": (["--file", "other.csv", "--reason", ""], "other.csv, line 1: no column is named grade."),
    "no number": (["--file", "text.csv", "--reason", ""], 'text.csv, line 2: "two" is no number of points.'),
    "thousands": (["--file", "comma.csv", "--reason", ""], 'comma.csv, line 2: "1,234" is no number of points.'),
    "a column twice": (["--file", "twice.csv", "--reason", ""], "twice.csv, line 1: two columns have the same name."),
    "an empty row": (["--file", "empty.csv", "--reason", ""], "empty.csv, line 2: this row names no student."),
}


def test_a_fault_is_one_sentence_and_records_nothing(
    course: tiny_course.Course, command: Command, tmp_path: Path
) -> None:
    Path("other.csv").write_text("student,reason,grade\nkim,x,1\n", encoding="utf-8")
    Path("text.csv").write_text("student,reason,points\nkim,x,two\n", encoding="utf-8")
    Path("empty.csv").write_text("student,reason,points\n,x,1\n", encoding="utf-8")
    Path("comma.csv").write_text("student;reason;points\nkim;x;1,234\n", encoding="utf-8")
    Path("twice.csv").write_text("student,reason,points,Points\nkim,x,1,2\n", encoding="utf-8")
    for fault, (arguments, problem) in FAULTS.items():
        found = command("adjust", SLUG, "--reason", "Why.", "--by", "Park", "--root", course.root, *arguments)
        assert (found.code, found.err.count("\n")) == (2, 1), fault
        assert problem in found.err, fault
    assert batch(command, course, tmp_path) == 0
    assert {row["adjustments"] for row in rows().values()} == {""}


def test_nobody_is_adjusted_where_nothing_was_handed_in(course: tiny_course.Course, command: Command) -> None:
    for folder in ("assignments", "solutions"):
        shutil.copytree(course.root / folder / SLUG, course.root / folder / "02-tiny")
    found = command("adjust", "02-tiny", "kim", "--points", "1", "--reason", "x", "--by", "Park", "--root", course.root)
    assert found.code == 2
    assert "kim has no report of 02-tiny to adjust. If something was handed in, run batch first." in found.err


def test_a_person_is_erased_with_the_decisions(course: tiny_course.Course, command: Command) -> None:
    decision = ["--points", "-1", "--reason", "Too late.", "--by", "A. Park", "--root", course.root]
    assert command("adjust", SLUG, "kim", *decision).code == 0
    assert command("privacy", "export", "kim", "--to", "kim.zip", "--root", course.root).code == 0
    assert command("privacy", "erase", "kim", "--root", course.root).code == 0
    found = b"".join(path.read_bytes() for path in course.root.joinpath("store").rglob("*") if path.is_file())
    assert b"Too late." not in found


def test_a_course_without_a_store_has_nobody(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    found = command("adjust", SLUG, "kim", "--points", "1", "--reason", "x", "--by", "y", "--root", made.root)
    assert found.code == 2 and f"The store has no submissions of {SLUG}. Run batch first." in found.err
    assert not (made.root / "store").exists()


# --- the arithmetic

NUMBERS = st.floats(min_value=0, max_value=10).map(lambda number: round(number, 2))


def decision(task: str, points: float, is_set: bool) -> Decision:
    return Decision("p", task, None if is_set else points, points if is_set else None, "r", "b")


DECISIONS = st.lists(st.builds(decision, st.sampled_from(["", "a", "b"]), NUMBERS, st.booleans()), max_size=6)


@given(DECISIONS)
def test_the_lines_add_up_to_the_change(decisions: list[Decision]) -> None:
    before = Points(Score(7.5, 100.0), {"a": 5.0, "b": 2.5})
    after = applied(before, decisions)
    changes = [line.points for line in after.score.adjustments]
    assert after.score.earned == pytest.approx(7.5 + sum(changes), abs=1e-9)
    assert len(changes) == len(decisions)
    if decisions and decisions[-1].set_to is not None:
        last = decisions[-1]
        assert (after.tasks[last.task] if last.task else after.score.earned) == last.set_to


@given(DECISIONS, NUMBERS, NUMBERS)
def test_no_decision_leads_above_the_maximum_or_below_zero(decisions: list[Decision], a: float, b: float) -> None:
    before = Points(Score(round(a + b, 2), 20.0), {"a": a, "b": b}, {"a": 10.0, "b": 10.0})
    opposite = [replace(each, points=-each.points) for each in decisions if each.points is not None]
    for made in (decisions, opposite):
        after = applied(before, made)
        assert 0 <= after.score.earned <= 20 and all(0 <= points <= 10 for points in after.tasks.values())
        assert len(after.score.adjustments) == len(made)


def test_a_decision_that_does_not_fit_a_new_score_says_so() -> None:
    decided = [Decision("p", "a", 2.0, None, "Good.", "Park")]
    after = applied(Points(Score(18.0, 20.0), {"a": 9.0}, {"a": 10.0}), decided)
    [line] = after.score.adjustments
    assert (after.score.earned, after.tasks["a"], line.points) == (19.0, 10.0, 1.0)
    assert line.reason == ("a: Good. (Park) Counted: +1 of +2 points, because points stay between 0 and the maximum.")


@pytest.mark.parametrize(("points", "fits"), [(5.0, True), (5.01, False), (-5.0, True), (-5.01, False)])
def test_points_stay_between_zero_and_the_maximum(points: float, fits: bool) -> None:
    before = Points(Score(5.0, 10.0), {"a": 5.0})
    change = Decision("p", "a", points, None, "r", "b")
    if fits:
        check(before, change, {"a": 10.0})
    else:
        with pytest.raises(UsageError, match="a would have"):
            check(before, change, {"a": 10.0})


def test_a_line_names_the_task_and_the_person() -> None:
    [line] = applied(
        Points(Score(1.0, 9.0), {"a": 1.0}), [Decision("p", "a", 2.0, None, "Good.", "Park")]
    ).score.adjustments
    assert (line.points, line.reason) == (2.0, say("adjust.task", task="a", reason="Good.", by="Park"))
