"""From Canvas or Moodle and back: whoever comes in with the archive gets the own grade in the same table."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import lms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lms import NAMES, archive, gradebook, match, worksheet
from lms_samples import cells, grade

from autograder.exchange.csv_grades import GradedStudent, read_grades
from autograder.exchange.csv_grades import table as grades_table
from autograder.exchange.plain_folder import entry_names
from autograder.exchange.template import parse
from autograder.exchange.writers import System, writer
from autograder.model import Score
from autograder.reports.class_rows import ClassRow

TEAMS = ((1, "A"), (2, "A"), (3, "B"))
POINTS = st.integers(0, 400).map(lambda quarter: quarter / 4)


def through_the_table(folder: Path, points: dict[str, float]) -> list[GradedStudent]:
    """Write grades.csv and read it back."""
    rows = [ClassRow(name, Score(earned, 100.0), {}, tasks={"t": earned}) for name, earned in points.items()]
    path = folder / "grades.csv"
    path.write_text("".join(grades_table(rows)), encoding="utf-8", newline="")
    return read_grades(path)


@pytest.mark.parametrize("system", [System.CANVAS, System.MOODLE])
@given(names=st.lists(NAMES, min_size=1, max_size=5, unique_by=lms.bare_name), points=st.lists(POINTS, min_size=5))
def test_everybody_who_comes_in_gets_the_own_grade(system: System, names: list[str], points: list[float]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, canvas = Path(name), system is System.CANVAS
        people = dict(enumerate(names, 900_001))  # ids that no name contains
        roster = (gradebook if canvas else worksheet)(folder / "roster.csv", people)
        files = {_entry(system, who, number): "x = 1" for number, who in people.items()}
        found = match(archive(folder / "export.zip", files), roster)
        assert not found.unclear and len(found.submissions) == len(people)
        keys = entry_names([each.person for each in found.submissions])
        wanted = dict(zip(people, points, strict=False))
        number_of = (lambda person: int(person.id)) if canvas else (lambda person: int(person.participant))
        graded = {keys[each.person]: wanted[number_of(each.person)] for each in found.submissions}
        grades = [each.grade for each in through_the_table(folder, graded)]
        filled = writer(system).fill(parse(roster.read_bytes(), "roster.csv"), grades)
        rows = cells(filled.data)[2:] if canvas else cells(filled.data)[1:]
        assert {int(row[1] if canvas else row[0].split()[-1]): float(row[5 if canvas else 4]) for row in rows} == wanted


def _entry(system: System, name: str, number: int) -> str:
    if system is System.CANVAS:
        return f"{lms.canvas_name(name)}_{number}_{number}_hw1.py"
    return f"{lms.moodle_name(name)}_{number}_assignsubmission_file/hw1.py"


@pytest.mark.parametrize("system", [System.CANVAS, System.MOODLE])
def test_every_member_of_a_group_gets_its_grade(system: System, tmp_path: Path) -> None:
    canvas = system is System.CANVAS
    rows: Sequence[Sequence[object]]
    if canvas:
        header = [*lms.CANVAS[:5], "group", "HW1 (5001)"]
        points = ["    Points Possible", "", "", "", "", "", "100.00"]
        rows = [
            points,
            *([f"Kim, {n}", n, f"N{n}", f"kim{n}", "DL", team, ""] for n, team in ((1, "A"), (2, "A"), (3, "B"))),
        ]
        files = ["a_1_90_hw1.py", "b_3_91_hw1.py"]
    else:
        header = list(lms.TEAMS)
        rest = ["", "100.00", "Yes", "-", "-", ""]
        rows = [[f"Participant {n}", f"Kim {n}", f"k{n}@example.org", lms.ON_TIME, team, *rest] for n, team in TEAMS]
        files = ["A_7_assignsubmission_file/hw1.py", "B_8_assignsubmission_file/hw1.py"]
    roster = lms.sheet(tmp_path / "roster.csv", header, *rows)
    found = match(archive(tmp_path / "export.zip", dict.fromkeys(files, "")), roster)
    assert len(found.submissions) == 3 and not found.unclear
    earned = {"A": 80.0, "B": 60.5}
    grades = [grade(each.person.key, earned[each.person.group]) for each in found.submissions]
    column = "HW1 (5001)" if canvas else "Grade"
    filled = writer(system).fill(parse(roster.read_bytes(), "roster.csv"), grades, column=column)
    rows = cells(filled.data)[2 if canvas else 1 :]
    assert [row[-1 if canvas else 5] for row in rows] == ["80", "80", "60.5"]
