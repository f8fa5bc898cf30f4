"""What Canvas and Moodle do silently with a file, and how our files avoid it."""

from __future__ import annotations

from dataclasses import replace

import lms_samples as lms
import pytest
from lms_samples import CLASS, Student, cells, grade
from test_grade_writers import opened

from autograder.errors import UsageError
from autograder.exchange import grades_canvas, grades_moodle
from autograder.exchange.moodle import modified

# --- Canvas: a blank cell clears a score, a column without an id makes a new assignment


def test_canvas_gets_the_graded_students_and_one_assignment() -> None:
    filled = grades_canvas.fill(opened(lms.canvas()), [grade("student02"), grade("1001", 20)])
    assert filled.data.decode() == (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW1 Backprop (5001)\n"
        "    Points Possible,,,,,20.00\n"
        '"Synth01, Student",1001,N000001,student01,DL101-01 and DL101-02,20\n'
        '"박, 지호",1002,N000002,student02,DL101-01 and DL101-02,12.5\n'
    )
    assert filled.graded == 2
    assert grades_canvas.steps(filled, "up.csv", "up-feedback.zip") == [
        "In Canvas, choose Grades, Import, and upload up.csv. It must show 2 students, or that nothing changes.",
        "Then choose the assignment, Upload Submissions, and upload up-feedback.zip once: every upload adds a comment.",
    ]


def test_canvas_with_semicolons_and_decimal_commas() -> None:
    data = lms.canvas(delimiter=";", mark=",", bom=lms.BOM)
    filled = grades_canvas.fill(opened(data), [grade("1002")])
    text = filled.data.decode()
    assert text.startswith("\ufeffStudent;ID;") and text.endswith("DL101-01 and DL101-02;12,5\n")
    assert ";20,00\n" in text


def test_a_decimal_mark_that_is_not_known_is_not_guessed() -> None:
    people = (Student(1, "A", "B"),)
    data = lms.canvas(people, delimiter=";", points="20").replace(b"80.50", b"80").replace(b"53.67", b"53")
    assert grades_canvas.fill(opened(data), [grade("1001", 12.0)]).graded == 1
    with pytest.raises(UsageError, match="the decimal mark of the file is not known"):
        grades_canvas.fill(opened(data), [grade("1001")])


def test_canvas_with_names_in_two_columns() -> None:
    data = (
        lms.canvas()
        .replace(b"Student,ID", b"LastName,FirstName,ID", 1)
        .replace(b'"Synth01, Student"', b"Synth01,Student")
    )
    data = data.replace(b"    Points Possible,", b"    Points Possible,,").replace(
        '"박, 지호"'.encode(), "박,지호".encode()
    )
    filled = grades_canvas.fill(opened(data), [grade("Student Synth01")])
    assert filled.data.endswith(b"Synth01,Student,1001,N000001,student01,DL101-01 and DL101-02,12.5\n")


def test_an_excused_student_gets_the_sign_of_canvas_and_keeps_it() -> None:
    people = (Student(1, "A", "B", "EX"), Student(2, "C", "D"), Student(3, "E", "F", "N/A"))
    grades = [grade("1001"), grade("1002", None, excused=True), grade("1003")]
    filled = grades_canvas.fill(opened(lms.canvas(people)), grades)
    assert [row[1:2] + row[5:] for row in cells(filled.data)[2:]] == [["1002", "EX"]]
    assert [warning[:24] for warning in filled.warnings] == ["1001 is excused in Canva", "1003 is not assigned HW1"]


@pytest.mark.parametrize("title", ["Final Grade estimate", "My Final Scores", "Override Status", "Final essay"])
def test_a_title_that_canvas_takes_for_a_total_is_named(title: str) -> None:
    filled = grades_canvas.fill(opened(lms.canvas(columns=[f"{title} (7)"])), [grade("1001")])
    named = any(f'Canvas takes "{title} (7)" for a total, and ignores it.' in warning for warning in filled.warnings)
    assert named == (title != "Final essay")


def test_a_name_that_canvas_quotes_itself_is_found() -> None:
    data = lms.canvas((Student(1, "x", "y"),)).replace(b'"y, x"', b'"=""=y, x"""')
    filled = grades_canvas.fill(opened(data), [grade("x =y")])
    assert b'"=""=y, x""",1001' in filled.data


ENTRIES = [
    "synth01student_1001_90001_hw1.py",
    "synth01student_1001_90002_b.py",
    "박지호_LATE_1002_90003_hw 1 (final).ipynb",
]


def test_feedback_for_canvas_keeps_the_names_of_the_entries() -> None:
    pages = {"1001": b"one", "1002": b"two", "1003": b"three", "1004": b"four"}
    entries = [*ENTRIES, "x_1003_text.html", "team_7_1004_90010_r.py", "stranger_55_90011_a.py"]
    packed, left = grades_canvas.feedback_zip(entries, pages, ids=set(pages))
    assert lms.names_of(packed) == {ENTRIES[0]: b"one", ENTRIES[2]: b"two"}
    assert left == {"1003", "1004"}  # a text has no file; Canvas would take team_7 for student 7


def test_an_entry_that_fits_two_takes_no_feedback() -> None:
    entries, pages = ["lee_7_1001_90010_r.py", "kim_1001_90011_a.py"], {"7": b"seven", "1001": b"one"}
    packed, left = grades_canvas.feedback_zip(entries, pages, ids=set(pages))
    assert (lms.names_of(packed), left) == ({"kim_1001_90011_a.py": b"one"}, {"7"})


def test_feedback_for_canvas_is_refused_if_nobody_is_known() -> None:
    with pytest.raises(UsageError, match="anonymous"):
        grades_canvas.feedback_zip(["anon_Ab3dE_90001_hw1.py"], {}, ids={"7"})


# --- Moodle: it skips what it does not like, and reports a number


def test_moodle_gets_grades_where_they_can_be_changed() -> None:
    comments = ('<p>an earlier comment, "quoted"</p>', "", "")
    data = lms.moodle(comments=comments).replace(b"20.00,Yes", b"20.00,No", 1)
    grades = [grade("student01@example.invalid"), grade("42", reasons=("Good.",)), grade("Øvé, Jr. O'Brien", 21)]
    filled = grades_moodle.fill(opened(data), grades)
    rows = cells(filled.data)
    assert [(row[4], row[9]) for row in rows[1:]] == [("8.50", comments[0]), ("12.5", "<p>Good.</p>"), ("", "")]
    assert filled.graded == 1 and filled.written == {2}
    assert [warning.partition(": ")[2] for warning in filled.warnings if ": " in warning] == [
        "Øvé, Jr. O'Brien (21).",
        "Moodle does not let this grade be changed. This row stays as it is.",
        "Moodle ignores a grade above 20. This row stays as it is.",
    ]


def test_a_comment_that_is_there_stays() -> None:
    data = lms.moodle(comments=("by a person", "", ""))
    filled = grades_moodle.fill(opened(data), [grade("41", reasons=("ours",)), grade("42", reasons=("ours",))])
    assert [row[9] for row in cells(filled.data)[1:]] == ["by a person", "<p>ours</p>", ""]
    assert filled.warnings == (
        "41: the comment in Moodle stays, and our reasons for the points are not written. "
        "To replace it, add --overwrite.",
    )
    assert grades_moodle.fill(opened(data), [grade("41")]).warnings == ()


def test_a_comment_is_html_is_replaced_on_demand_and_counts() -> None:
    data = lms.moodle(comments=("by a person", "<p>ours</p>", ""))
    grades = [grade("41", 8.5, reasons=("a < b",)), grade("42", reasons=("ours",)), grade("43")]
    filled = grades_moodle.fill(opened(data), grades, overwrite=True)
    assert [row[9] for row in cells(filled.data)[1:]] == ["<p>a &lt; b</p>", "<p>ours</p>", ""]
    assert (filled.graded, filled.comments) == (2, 1)
    assert 'one number for both, "Updated 3 grades and feedback".' in grades_moodle.steps(filled, "up.csv", None)[1]


def test_a_file_that_is_newer_in_moodle_is_named() -> None:
    when = "Tuesday, 3 February 2026, 2:05 PM"
    states = {"41": modified(when), "42": modified("Monday, 2 February 2026, 9:00 AM"), "43": "2026-02-03-14-05-00"}
    filled = grades_moodle.fill(opened(lms.moodle()), [grade(key, state=state) for key, state in states.items()])
    assert [each.partition(" in Moodle")[0] for each in filled.warnings] == ["42 has a newer file"]


@pytest.mark.parametrize("when", ["-", "Dienstag, 3. Februar 2026, 14:05"])
def test_a_worksheet_without_any_graded_submission_is_refused(when: str) -> None:
    data = lms.moodle().replace(b"Tuesday, 3 February 2026, 2:05 PM", when.encode())
    grades = [grade(key, state=modified("Tuesday, 3 February 2026, 2:05 PM")) for key in ("41", "42", "43")]
    with pytest.raises(UsageError, match=r'"Last modified \(submission\)": nobody has the submission here.*--column'):
        grades_moodle.fill(opened(data), grades)
    assert grades_moodle.fill(opened(data), grades, column="Grade").graded == 3
    if when == "-":
        with pytest.raises(UsageError, match="nobody has the submission here"):
            grades_moodle.fill(opened(data), grades[:1])
    else:
        assert grades_moodle.fill(opened(data), grades[:1]).graded == 1  # one person can hand in again
    unknown = [replace(each, state="") for each in grades]
    assert grades_moodle.fill(opened(data), unknown).graded == 3


def test_the_time_of_a_change_is_short_and_keeps_its_end() -> None:
    long = "miércoles, 30 de septiembre de 2026, 12:0"
    assert len(modified(long + "5")) == 40 and modified(long + "5") != modified(long + "6")
    assert modified("-") == modified("") == ""


def test_moodle_reports_the_number_of_grades_that_change() -> None:
    filled = grades_moodle.fill(opened(lms.moodle()), [grade("41", 8.5), grade("42", 8.5), grade("43", 0.0)])
    assert [row[4] for row in cells(filled.data)[1:]] == ["8.50", "8.5", "0"]
    assert filled.graded == 2
    first, second, third = grades_moodle.steps(filled, "up.csv", "up-feedback.zip")
    assert (
        "up.csv" in first and 'must report "Updated 2 grades"' in second and third.startswith("Only then upload up-f")
    )


@pytest.mark.parametrize(
    ("yes", "word"), [("예", "참가자"), ("네", "참가자"), ("Ja", "Teilnehmer/in"), ("Oui", "Participant")]
)
def test_a_worksheet_in_another_language_is_filled_by_position(yes: str, word: str) -> None:
    data = lms.moodle(titles=lms.KOREAN, yes=yes, word=word)
    filled = grades_moodle.fill(opened(data), [grade("student02@example.invalid", reasons=("좋아요",))])
    assert [(row[4], row[9]) for row in cells(filled.data)[1:]] == [("8.50", ""), ("12.5", "<p>좋아요</p>"), ("", "")]


def test_a_blind_worksheet_is_filled_by_participant() -> None:
    rows = cells(lms.moodle())
    data = lms.table([row[:1] + row[3:] for row in rows]).encode()
    for key in ("42", "Participant 42"):
        filled = grades_moodle.fill(opened(data), [grade(key)])
        assert [row[2] for row in cells(filled.data)[1:]] == ["8.50", "12.5", ""]


def test_a_team_worksheet_with_online_text_is_filled() -> None:
    rows = cells(lms.moodle())
    data = lms.table([[*row[:4], "Crew_B/2", *row[4:8], "text", *row[8:]] for row in rows]).encode()
    filled = grades_moodle.fill(opened(data), [grade("42", reasons=("x",))])
    assert [(row[5], row[11]) for row in cells(filled.data)[1:]] == [("8.50", ""), ("12.5", "<p>x</p>"), ("", "")]


def test_a_worksheet_without_comments_keeps_its_last_column() -> None:
    data = lms.table([row[:-1] for row in cells(lms.moodle())]).encode()
    filled = grades_moodle.fill(opened(data), [grade("42", reasons=("x",))])
    assert [row[8] for row in cells(filled.data)[1:]] == ["-", "-", "-"]
    assert "no column for comments" in filled.warnings[0]


def test_feedback_for_moodle_has_the_participant_second() -> None:
    template = opened(lms.moodle())
    numbers = grades_moodle.participants(template)
    assert list(numbers.values()) == [str(40 + each.number) for each in CLASS]
    names = lms.names_of(grades_moodle.feedback_zip({"41": b"page"}))
    assert names == {"feedback_41_assignfeedback_file/feedback.html": b"page"}
    assert [name.split("_")[1] for name in names] == ["41"]
