"""The total of a course, and its table: a missing assignment is not zero points, and each exception has its reason."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.course_file import Course
from autograder.course.policy import AttemptRule, Group, LateRule, Policy
from autograder.exchange import course_table
from autograder.grading.course_total import CourseTotal, course_rows, course_total
from autograder.grading.policies import Attempt, Final, Status
from autograder.messages import use_language

DUE = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
NOW = DUE + timedelta(days=3)


def graded(points: float, possible: float = 10) -> Final:
    return Final(Status.GRADED, points, points, possible, attempt=1)


MISSING, OPEN, EXCUSED, UNGRADED = (Final(each) for each in list(Status)[1:])


def kinds(total: CourseTotal) -> list[tuple[str, str]]:
    return [(note.assignment, note.kind) for note in total.notes]


def test_assignments_count_equally_whatever_their_points() -> None:
    assert course_total({"a": graded(10), "b": graded(50, 100)}) == CourseTotal(75.0)
    assert course_total({"a": graded(10), "b": graded(50, 100)}, weights={"b": 3}) == CourseTotal(62.5)


@pytest.mark.parametrize(
    ("other", "percent", "reason"),
    [
        (MISSING, 40, "Nothing was handed in, and the due date has passed. This counts as zero in the total."),
        (OPEN, 80, "Nothing was handed in, and no due date has passed. This does not count in the total."),
        (EXCUSED, 80, "Excused. This does not count in the total."),
        (UNGRADED, None, "There is no grade, because there is no complete report. Grade the submission again. There is "
         "no total without it."),
    ],
)  # fmt: skip
def test_an_assignment_without_points(other: Final, percent: float | None, reason: str) -> None:
    total = course_total({"a": graded(8), "b": other})
    assert total.percent == percent
    assert [note.reason for note in total.notes] == [reason]
    assert kinds(total) == [("b", other.status.value)]


def test_nothing_that_counts_is_no_total() -> None:
    assert course_total({}) == CourseTotal(None)
    assert course_total({"a": OPEN, "b": EXCUSED}).percent is None


GROUPS = (Group("homework", ("a", "b", "c"), weight=60, drop_lowest=1), Group("project", ("p",), weight=40))


def test_groups_have_weights_and_drop_their_lowest() -> None:
    total = course_total({"a": graded(2), "b": graded(10), "c": graded(6), "p": graded(5)}, groups=GROUPS)
    assert total.percent == 60 * 0.8 + 40 * 0.5
    assert kinds(total) == [("a", "dropped")]
    assert total.notes[0].reason == "One of the lowest in the group homework. This does not count in the total."


def test_a_missing_assignment_is_dropped_first_and_an_excused_one_never() -> None:
    finals = {"a": MISSING, "b": graded(10), "c": EXCUSED, "p": graded(5)}
    total = course_total(finals, groups=GROUPS)
    assert total.percent == 60 + 20
    assert kinds(total) == [("a", "missing"), ("c", "excused"), ("a", "dropped")]


def test_one_assignment_of_a_group_remains() -> None:
    assert course_total({"a": graded(2), "p": graded(10)}, groups=GROUPS).percent == 60 * 0.2 + 40


def test_a_group_without_a_counted_assignment_has_no_weight() -> None:
    assert course_total({"a": graded(8), "b": graded(8), "p": OPEN}, groups=GROUPS).percent == 80


def test_an_assignment_in_no_group_does_not_count_and_says_so() -> None:
    total = course_total({"a": graded(8), "x": UNGRADED, "y": MISSING}, groups=GROUPS)
    assert total.percent == 80
    assert kinds(total) == [("x", "no-group"), ("y", "no-group")]


FINALS = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.integers(0, 11).map(graded) | st.sampled_from([MISSING, OPEN, EXCUSED]),
    min_size=1,
)


@given(FINALS, st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 9)), st.integers(0, 4))
def test_dropping_never_lowers_the_total(finals: dict[str, Final], weights: dict[str, float], count: int) -> None:
    fewer, more = (
        course_total(finals, groups=[Group("g", tuple(finals), drop_lowest=each)], weights=weights).percent
        for each in (count, count + 1)
    )
    assert (fewer is None) == (more is None)
    assert (fewer or 0) <= (more or 0)


@given(FINALS)
def test_the_total_is_between_the_lowest_and_the_highest_share(finals: dict[str, Final]) -> None:
    total = course_total(finals)
    shares = [10 * (each.points or 0) for each in finals.values() if each.status not in (Status.OPEN, Status.EXCUSED)]
    assert total.percent is None if not shares else min(shares) <= (total.percent or 0) <= max(shares)
    assert course_total(dict(sorted(finals.items(), reverse=True))).percent == total.percent


# --- the table


def attempt(points: float, late: timedelta = timedelta(0), number: int = 1) -> Attempt:
    return Attempt({"one": points}, {"one": 10.0}, DUE + late, number)


COURSE = Course(
    due={"05-a": DUE, "06-b": DUE + timedelta(days=7)},
    extensions={"05-a": {"carol": NOW}},
    excused={"05-a": frozenset({"dave"})},
    default_policy=Policy(late=LateRule(percent=10)),
    policies={"06-b": Policy(AttemptRule.BEST)},
)
DAY = timedelta(days=1)
CLASS = {
    "06-b": {"alice": [attempt(9, number=1), attempt(5, number=2)], "=cmd()": []},
    "05-a": {"alice": [attempt(8, DAY)], "bob": [attempt(0)], "carol": [attempt(8, DAY)], "dave": [attempt(1)]},
}


def written(path: Path) -> list[dict[str, str]]:
    course_table.write_course(course_rows(CLASS, COURSE, now=NOW), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_for_each_student_with_every_assignment(tmp_path: Path) -> None:
    rows = written(tmp_path / "course.csv")
    assert list(rows[0]) == [
        "student", "05-a raw", "05-a adjusted", "05-a final", "05-a possible", "05-a attempt", "05-a reasons",
        "06-b raw", "06-b adjusted", "06-b final", "06-b possible", "06-b attempt", "06-b reasons", "total %",
        "total reasons",
    ]  # fmt: skip
    stranger, alice, bob, carol, dave = rows
    assert [alice["05-a raw"], alice["05-a final"], alice["05-a possible"]] == ["8.0", "7.0", "10.0"]
    assert alice["05-a reasons"] == "Received 24:00 (hours:minutes) after the due date: 1 started day. (-1 point)"
    assert [alice["06-b final"], alice["06-b attempt"], alice["total %"]] == ["9.0", "1", "80.0"]
    assert [bob["05-a final"], bob["06-b final"], bob["total %"]] == ["0.0", "", "0.0"]
    assert [carol["05-a final"], carol["05-a reasons"]] == ["8.0", ""]
    assert [dave["05-a raw"], dave["05-a reasons"], dave["total %"]] == ["", "Excused.", ""]
    assert [stranger["05-a final"], stranger["total %"]] == ["", "0.0"]
    assert stranger["05-a reasons"] == "Nothing was handed in, and the due date has passed."
    assert stranger["total reasons"].startswith("05-a: Nothing was handed in, and the due date has passed. This counts")


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    rows = written(tmp_path / "course.csv")
    assert [row["student"] for row in rows] == ["'=cmd()", "alice", "bob", "carol", "dave"]
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_the_table_of_a_course_without_students(tmp_path: Path) -> None:
    assert course_table.table(course_rows({}, Course(), now=NOW)) == "\ufeffstudent,total %,total reasons\r\n"


def test_the_reasons_are_in_the_current_language(tmp_path: Path) -> None:
    with use_language("ko"):
        rows = written(tmp_path / "course.csv")
    assert rows[1]["05-a reasons"].endswith("1일 지각으로 계산합니다. (-1점)")
    assert rows[4]["total reasons"].startswith("05-a: 면제되었습니다. 총점에 반영하지 않습니다.")
