"""Grades for other systems: who gets them, what each system must receive, and which template is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

import lms_samples as lms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lms_samples import CLASS, Student, cells, grade

from autograder.errors import NeedsHuman, UsageError
from autograder.exchange import (
    grades_blackboard,
    grades_brightspace,
    grades_canvas,
    grades_gradescope,
    grades_moodle,
)
from autograder.exchange.grades import DECIMALS, Filled, Grade, amount, folded, full_names
from autograder.exchange.template import Template, parse

Fill = Callable[..., Filled]
ALL: dict[str, tuple[Callable[..., bytes], Fill, str, int]] = {  # sample, writer, encoding, column of the grade
    "canvas": (lms.canvas, grades_canvas.fill, "utf-8", 5),
    "moodle": (lms.moodle, grades_moodle.fill, "utf-8-sig", 4),
    "blackboard": (lms.blackboard, grades_blackboard.fill, "utf-8-sig", 4),
    "brightspace": (lms.brightspace, grades_brightspace.fill, "utf-8", 4),
    "gradescope": (lms.gradescope, grades_gradescope.fill, "utf-8", 5),
}


def opened(data: bytes) -> Template:
    return parse(data, "t.csv", utf16=True)


def people_of(name: str, student: Student) -> str:
    """What identifies a student in every one of these systems."""
    return student.email if name in ("moodle", "gradescope") else student.login


# --- round trips


@pytest.mark.parametrize("name", ALL)
@given(lms.classes(), st.data())
def test_a_table_comes_back_with_our_grades_and_nothing_else(
    name: str, people: Sequence[Student], data: st.DataObject
) -> None:
    make, fill, encoding, column = ALL[name]
    template = make(people)
    before = cells(template, encoding=encoding)
    graded = {each: data.draw(lms.POINTS) for each in people if data.draw(st.booleans())}
    filled = fill(opened(template), [grade(people_of(name, each), points) for each, points in graded.items()])
    after = cells(filled.data, encoding=encoding)
    expected = [list(row) for row in before]
    start = len(before) - len(people) - (name == "canvas")  # the test student comes last
    for index, each in enumerate(people, start):
        if each in graded:
            expected[index][column] = amount(graded[each], decimals=2 if name == "moodle" else DECIMALS)
    if name == "canvas":
        kept = [0, 2, *(index for index, each in enumerate(people, start) if each in graded)]
        expected = [expected[index][: column + 1] for index in kept]
    if name == "moodle":  # an equal grade keeps its spelling
        for row, old in zip(expected, before, strict=True):
            if old[column] and float(old[column] if old[column][0].isdigit() else -1) == _float(row[column]):
                row[column] = old[column]
    assert after == expected
    assert filled.data.startswith(b"\xef\xbb\xbf") == template.startswith(b"\xef\xbb\xbf")


def _float(text: str) -> float | None:
    return float(text) if text[:1].isdigit() else None


@pytest.mark.parametrize("name", [name for name in ALL if name != "canvas"])
def test_without_grades_every_byte_stays(name: str) -> None:
    make, fill, *_ = ALL[name]
    assert fill(opened(make()), []).data == make()


@given(st.tuples(lms.NAMES, lms.NAMES), st.sampled_from(["NFC", "NFD"]), st.booleans())
def test_a_name_in_any_script_finds_its_student(name: tuple[str, str], form: str, upper: bool) -> None:
    people = (Student(1, *name), Student(2, "Somebody", "Else"))
    text = unicodedata.normalize(form, f"{name[0]} {name[1]}")  # type: ignore[arg-type]
    if upper and folded(text.upper()) == folded(text):
        text = text.upper()
    filled = grades_blackboard.fill(opened(lms.blackboard(people)), [grade(text, 1.25)])
    assert [row[4] for row in cells(filled.data)][1:] == ["1.25", ""]


@given(lms.NAMES)
def test_two_spellings_of_a_name_are_one(name: str) -> None:
    assert folded(unicodedata.normalize("NFD", name)) == folded(unicodedata.normalize("NFC", name))
    assert folded(f" {name}  x") == folded(f"{name} X")


# --- who gets a grade


@pytest.mark.parametrize("key", ["1001", "N000001", "student01", "STUDENT01", "Synth01, Student", "student  synth01"])
def test_a_student_is_found_by_id_login_and_name(key: str) -> None:
    filled = grades_canvas.fill(opened(lms.canvas()), [grade(key, 7)])
    assert [row[1] for row in cells(filled.data)[2:]] == ["1001"]


def test_known_ids_come_before_the_name() -> None:
    unknown = replace(grade("somebody else"), email="student02@example.invalid")
    filled = grades_moodle.fill(opened(lms.moodle()), [unknown])
    assert [row[4] for row in cells(filled.data)[1:]] == ["8.50", "12.5", ""]


def test_a_known_id_that_is_missing_is_not_replaced_by_a_name() -> None:
    left = replace(grade("Synth01, Student"), id="1077")
    with pytest.raises(NeedsHuman, match="Synth01, Student: nobody has this id"):
        grades_canvas.fill(opened(lms.canvas()), [left])


def test_every_student_who_does_not_fit_is_named_at_once() -> None:
    twins = (*CLASS, Student(4, "Kim", "Lee"), Student(5, "KIM", "Lee"), Student(6, "Ada", "X"))
    grades = [grade("nobody"), grade("Kim Lee"), grade("student06"), grade("Ada X"), grade("student01")]
    with pytest.raises(NeedsHuman) as caught:
        grades_canvas.fill(opened(lms.canvas(twins)), grades)
    assert caught.value.exit_code == 5
    assert caught.value.message.splitlines() == [
        "t.csv: 3 students cannot be matched, and nothing was written:",
        "  nobody: nobody has this id, login, e-mail or name",
        "  Kim Lee: lines 7 and 8 fit",
        "  Ada X: line 9 also fits student06",
        "Grade them under the id or login of the other system, or name each with --leave-out.",
    ]


def test_an_id_of_one_person_and_a_login_of_another_is_no_match() -> None:
    people = (Student(1, "A", "B"), Student(2, "C", "D"))
    data = lms.canvas(people).replace(b"student02", b"1001")
    with pytest.raises(NeedsHuman, match="1001: lines 4 and 5 fit"):
        grades_canvas.fill(opened(data), [grade("1001")])


def test_a_name_of_one_part_has_one_form() -> None:
    assert full_names("Kim", "") == ("Kim",)
    assert full_names("Kim", "Lee") == ("Kim Lee", "Lee, Kim")


# --- numbers


@pytest.mark.parametrize(
    ("points", "text"), [(0.0, "0"), (-0.0, "0"), (25, "25"), (12345.5, "12345.5"), (10 / 3, "3.3333"), (1e-9, "0")]
)
def test_points_have_no_thousands_separator_and_no_exponent(points: float, text: str) -> None:
    assert amount(points) == text
    assert amount(12.5, ",") == "12,5"


def test_a_missing_grade_is_never_zero() -> None:
    for name, (make, fill, encoding, _) in ALL.items():
        filled = fill(opened(make()), [grade(people_of(name, CLASS[1]), None)])
        assert filled.warnings == (f"Without a grade: {people_of(name, CLASS[1])}. This row stays as it is.",)
        assert filled.graded == 0
        assert name == "canvas" or cells(filled.data, encoding=encoding) == cells(make(), encoding=encoding)


def test_a_score_above_the_maximum_is_named() -> None:
    for name in ("canvas", "blackboard", "brightspace", "gradescope"):
        make, fill, *_ = ALL[name]
        filled = fill(opened(make()), [grade(people_of(name, CLASS[1]), 21.5)])
        [warning] = filled.warnings
        assert "More points than the maximum of 20 of the column" in warning and warning.endswith(" (21.5).")
        assert filled.graded == 1


def test_many_students_with_the_same_warning_are_one_sentence() -> None:
    data = lms.moodle(CLASS).replace(b",Yes,", b",No,")
    filled = grades_moodle.fill(opened(data), [grade(each.email) for each in CLASS])
    [warning] = filled.warnings
    assert warning.startswith(f"{', '.join(each.email for each in CLASS)}: Moodle does not let this grade be changed.")


# --- the column of the assignment


@pytest.mark.parametrize("name", ["canvas", "blackboard", "brightspace"])
def test_several_assignments_are_named_and_one_can_be_chosen(name: str) -> None:
    make, fill, encoding, column = ALL[name]
    other = {
        "canvas": "HW2 Blind (5002)",
        "blackboard": "HW2 [Total Pts: 20 Score] |664618",
        "brightspace": "HW2 Points Grade <Numeric MaxPoints:20 Weight:10>",
    }[name]
    first = {"canvas": lms.CANVAS_COLUMN, "blackboard": lms.BLACKBOARD_COLUMN, "brightspace": lms.BRIGHTSPACE_COLUMN}[
        name
    ]
    data = make(columns=(first, other))
    grades = [grade("student02")]
    with pytest.raises(UsageError) as caught:
        fill(opened(data), grades)
    assert f"several columns can hold the grades: {first}; {other}. Name one with --column." in caught.value.message
    for wanted in (other, other.upper(), other.partition(" [")[0].partition(" (")[0].partition(" Points")[0]):
        filled = fill(opened(data), grades, column=wanted)
        assert filled.column.header == other
        rows = cells(filled.data, encoding=encoding)
        assert "12.5" in [row[column if name == "canvas" else column + 1] for row in rows]
    with pytest.raises(UsageError, match='no column is named "HW3"'):
        fill(opened(data), grades, column="HW3")


@pytest.mark.parametrize("name", ALL)
def test_a_template_of_another_assignment_is_refused_by_its_points(name: str) -> None:
    make, fill, *_ = ALL[name]
    grades = [Grade(people_of(name, CLASS[0]), 25.0, 30.0)]
    with pytest.raises(UsageError, match="has 20 points, and the graded assignment has 30") as caught:
        fill(opened(make()), grades)
    title = caught.value.message.rsplit("--column '")[1].removesuffix("'.")
    filled = fill(opened(make()), grades, column=title)
    assert any("Nothing is rescaled" in warning for warning in filled.warnings)


REFUSED = {
    "canvas, renamed": ("canvas", "Section", "Group", 'No column is named "Section"'),
    "canvas, Korean": ("canvas", "Student,", "학생,", 'No column is named "Student"'),
    "canvas, no id": ("canvas", " (5001)", "", "no column holds the grades"),
    "moodle, a scale": ("moodle", "20.00", "Good", "graded in points"),
    "moodle, another word": ("moodle", "Yes", "Vielleicht", "followed by yes or no"),
    "moodle, no number": ("moodle", " 42", "", 'line 3, column "Identifier": this cell has no participant number'),
    "blackboard, German": ("blackboard", "Total Pts", "Punkte", "no column holds the grades"),
    "blackboard, percent": ("blackboard", "20 Score", "20 Percentage", "no column holds the grades"),
    "blackboard, renamed": ("blackboard", "Username", "User", 'No column is named "Username"'),
    "brightspace, no end": ("brightspace", "End-of-Line", "End", 'No column is named "End-of-Line Indicator"'),
    "brightspace, cut": ("brightspace", ",#\r", ",\r", 'line 2, column "End-of-Line Indicator": the cell must be "#"'),
    "brightspace, no key": ("brightspace", "OrgDefinedId,Username", "a,b", 'No column is named "OrgDefinedId"'),
    "gradescope, renamed": ("gradescope", "Total Score", "Score", 'No column is named "Total Score"'),
    "gradescope, no key": ("gradescope", "SID,Email", "a,b", 'No column is named "SID"'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_table_is_refused_with_place_and_remedy(name: str) -> None:
    system, old, new, sentence = REFUSED[name]
    make, fill, *_ = ALL[system]
    data = make()
    assert old.encode() in data
    with pytest.raises(UsageError) as caught:
        fill(opened(data.replace(old.encode(), new.encode())), [grade(people_of(system, CLASS[0]))])
    assert "t.csv, line" in caught.value.message
    assert sentence in caught.value.message
    assert "again" in caught.value.message or "Give the" in caught.value.message


# --- Blackboard and Brightspace


def test_blackboard_in_utf16_stays_utf16_with_its_tabs_and_quotes() -> None:
    data = lms.blackboard_utf16()
    filled = grades_blackboard.fill(opened(data), [grade("student02", 3.25)])
    assert filled.data == data.replace('"student02"\t""'.encode("utf-16-le"), '"student02"\t"3.25"'.encode("utf-16-le"))


def test_a_mark_that_waits_in_blackboard_is_replaced() -> None:
    people = (replace(CLASS[0], grade="Needs Marking(5.00)"),)
    filled = grades_blackboard.fill(opened(lms.blackboard(people)), [grade("student01")])
    assert filled.data.endswith(b'"student01","N000001","12.5"\n')


def test_brightspace_keys_match_without_their_sign() -> None:
    for key in ("N000002", "student02", "지호 박"):
        filled = grades_brightspace.fill(opened(lms.brightspace()), [grade(key)])
        assert "#N000002,#student02,박,지호,12.5,#\r\n".encode() in filled.data


def test_a_name_that_looks_like_a_formula_stays_as_the_system_wrote_it() -> None:
    people = (Student(1, "=1+1", "@SUM(A1)"),)
    filled = grades_gradescope.fill(opened(lms.gradescope(people)), [grade("=1+1 @SUM(A1)")])
    assert cells(filled.data)[1][:2] == ["=1+1", "@SUM(A1)"]
    assert cells(filled.data)[1][5] == "12.5"
