"""What we write is uploaded to models of the importers of Moodle and Canvas, until they report what we printed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lms_importers import Canvas, Moodle
from lms_samples import Student, canvas, grade, moodle

from autograder.exchange import grades_canvas, grades_moodle
from autograder.exchange.grades import Filled
from autograder.exchange.template import parse

CLASS = tuple(Student(number, f"F{number}", f"L{number}") for number in range(1, 7))
POINTS = st.integers(0, 60_000).map(lambda n: n / 3000)  # 0 to 20, with up to four decimals that count
THERE = st.none() | st.integers(0, 2000).map(lambda n: n / 100)  # what a person or an earlier export has left
GRADES = st.dictionaries(st.integers(1, 6), POINTS, min_size=1)


def worksheet(there: Moodle) -> bytes:
    people = [replace(each, grade=there.shown(each.number)) for each in CLASS]
    data = moodle(people, comments=[there.comments.get(each.number, "") for each in CLASS])
    return re.sub(rb"Participant (\d+)", lambda match: b"Participant %d" % (int(match[1]) - 40), data)


def filled(there: Moodle, points: dict[int, float]) -> Filled:
    grades = [grade(CLASS[person - 1].email, each, reasons=("Late.",)) for person, each in points.items()]
    return grades_moodle.fill(parse(worksheet(there), "w.csv"), grades)


@given(st.lists(THERE, min_size=6, max_size=6), GRADES)
def test_moodle_reports_the_printed_number_and_a_second_time_none(
    there: list[float | None], points: dict[int, float]
) -> None:
    course = Moodle(20.0, dict(enumerate(there, 1)), {2: "<p>By hand</p>"})
    first = filled(course, points)
    assert course.upload(first.data) == (first.graded, first.comments)
    wanted = dict(enumerate(there, 1)) | {person: round(each, 2) for person, each in points.items()}
    assert course.grades == pytest.approx(wanted, abs=0.00501)
    assert course.comments[2] == "<p>By hand</p>"
    second = filled(course, points)
    assert (second.graded, second.comments, course.upload(second.data)) == (0, 0, (0, 0))


@given(
    st.lists(THERE, min_size=6, max_size=6),
    GRADES,
    st.sampled_from([(",", "."), (";", ","), (";", ".")]),
    st.sampled_from(["", "\ufeff"]),
)
def test_canvas_changes_our_scores_and_nothing_else(
    there: list[float | None], points: dict[int, float], dialect: tuple[str, str], bom: str
) -> None:
    texts = ["" if each is None else f"{each:.2f}" for each in there]
    people = [replace(each, grade=text) for each, text in zip(CLASS, texts, strict=True)]
    columns = ("HW1 (5001)", "HW2 (5002)")
    delimiter, mark = dialect
    data = canvas(people, columns=columns, delimiter=delimiter, mark=mark, bom=bom)
    wanted = {int(CLASS[person - 1].id): each for person, each in points.items()}
    before = {int(each.id): each.grade if int(each.id) in wanted else "3.00" for each in people}
    other = {int(each.id): "7.00" for each in people}  # since the download, people have graded in Canvas
    course = Canvas({5001: dict(before), 5002: dict(other)})
    found = grades_canvas.fill(
        parse(data, "book.csv"),
        [grade(CLASS[person - 1].id, each) for person, each in points.items()],
        column="HW1",
    )
    changed = course.upload(found.data)
    assert (course.created, course.scores[5002]) == ([], other)
    assert changed <= wanted.keys() and found.graded == len(wanted)
    for user, text in course.scores[5001].items():
        assert float(text) == pytest.approx(wanted[user], abs=0.00501) if user in wanted else text == before[user]
    assert course.upload(found.data) == set()
