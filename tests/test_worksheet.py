"""The columns of Moodle's worksheet, whatever the site and the assignment add to it, and whatever its language is."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from lms import sheet
from lms_samples import cells, grade

from autograder.exchange import roster
from autograder.exchange.grades_moodle import fill
from autograder.exchange.template import parse
from autograder.exchange.worksheet import columns

STATUS = ("Submitted for grading -  - ", "Submitted for grading - 1 day late -  - ", "No submission -  - ")
KOREAN = ("제출됨 -  - ", "제출됨 - 1일 늦음 -  - ", "제출 없음 -  - ")
PEOPLE = (("41", "Kim Min", "2026001", "kim"), ("17", "Lee - Seo", "", "lee"), ("33", "Choi Yu", "2026003", "choi"))


def made(*, blind: bool, identity: bool, team: bool, marker: bool, workflow: bool, korean: bool) -> list[list[str]]:
    """Return a worksheet: the columns in the order of Moodle."""
    yes, status = ("예", KOREAN) if korean else ("Yes", STATUS)
    rows = [["Identifier"], *([f"Participant {number}"] for number, *_ in PEOPLE)]

    def add(title: str, *texts: str) -> None:
        rows[0].append(f"제목 {len(rows[0])}" if korean else title)
        for row, text in zip(rows[1:], texts, strict=True):
            row.append(text)

    if not blind:
        add("Full name", *(name for _, name, *_ in PEOPLE))
        if identity:
            add("ID number", *(id for _, _, id, _ in PEOPLE))
        add("Email address", *(f"{login}@example.org" for *_, login in PEOPLE))
    add("Status", *status)
    if team:
        add("Group", "A", "A", "Default group")
    if marker:
        add("Marker", "", "Ann - Park", "Ann - Park")
    add("Grade", "", "12.33", "")
    add("Maximum grade", *["20.00"] * 3)
    if workflow:
        add("Marking workflow state", "Not marked", "Graded", "Not marked")
    add("Grade can be changed", *[yes] * 3)
    add("Last modified (submission)", "Tuesday, 3 February 2026, 2:05 PM", "Tuesday, 3 February 2026, 2:06 PM", "-")
    add("Last modified (grade)", "-", "Tuesday, 3 February 2026, 3:05 PM", "-")
    add("Feedback comments", "", "", "")
    return rows


SHAPES = [
    dict(zip(("blind", "identity", "team", "marker", "workflow", "korean"), flags, strict=True))
    for flags in itertools.product((False, True), repeat=6)
    if not (flags[3] and not flags[4])  # markers need the marking workflow
]


@pytest.mark.parametrize(
    "shape", SHAPES, ids=lambda shape: "-".join(name for name, on in shape.items() if on) or "plain"
)
def test_each_column_is_found(shape: dict[str, bool], tmp_path: Path) -> None:
    header, *rows = made(**shape)
    book = roster.read(sheet(tmp_path / "w.csv", header, *rows))
    assert [each.participant for each in book.people] == [number for number, *_ in PEOPLE]
    assert [each.group for each in book.people] == (["A", "A", "Default group"] if shape["team"] else [""] * 3)
    if not shape["blind"]:
        assert [each.name for each in book.people] == [name for _, name, *_ in PEOPLE]
        assert [each.email for each in book.people] == ["kim@example.org", "lee@example.org", "choi@example.org"]
    if shape["identity"] and not shape["blind"] and not shape["korean"]:
        assert [each.id for each in book.people] == ["2026001", "", "2026003"]
    assert [each.late for each in book.people] == ([None] * 3 if shape["korean"] else [False, True, None])
    assert [bool(each.modified) for each in book.people] == [True, True, True]
    assert [each.modified[-8:] for each in book.people] == [" 2:05 PM", " 2:06 PM", "-"]
    template = parse((tmp_path / "w.csv").read_bytes(), "w.csv")
    found = columns(header, rows)
    assert found is not None and (header[found.grade], rows[1][found.grade]) == (header[found.maximum - 1], "12.33")
    filled = fill(template, [grade("41", 12.3456), grade("17", 12.3333)])
    written = cells(filled.data)
    assert [row[found.grade] for row in written[1:]] == ["12.35", "12.33", ""]
    assert filled.graded == 1  # 12.33 is what Moodle has already
    for row in written:
        row[found.grade] = ""
    assert written == [[*row[: found.grade], "", *row[found.grade + 1 :]] for row in (header, *rows)]


def test_a_scale_with_a_workflow_in_another_language_is_no_maximum() -> None:
    header = [str(at) for at in range(10)]
    row = ["P 1", "Kim", "k@x", "제출됨 -  - ", "Good", "Bad\nGood", "채점됨", "예", "-", "-"]
    found = columns(header, [row])
    assert found is not None and (found.grade, found.maximum, found.changeable, found.group) == (4, 5, 7, None)


def test_outcomes_behind_the_comments_stay() -> None:
    header, *rows = made(blind=False, identity=False, team=False, marker=False, workflow=True, korean=False)
    header.append("Outcomes")
    for row in rows:
        row.append("Style: good")
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in (header, *rows)).encode()
    filled = fill(parse(text, "w.csv"), [grade("41", 3, reasons=("One day late.",))])
    assert cells(filled.data)[1][-2:] == ["<p>One day late.</p>", "Style: good"]
