"""From another system and back: whoever comes in with the archive gets the own grade in the same table."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lms
import lms_samples
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lms import NAMES, archive, gradebook, match, worksheet
from lms_samples import Student, cells, grade

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


# --- the other systems


@dataclass(frozen=True)
class Odd(Student):
    """A person whose login ends in that of another one: kim0, a_kim0, a_a_kim0."""

    @property
    def login(self) -> str:
        return f"{'a_' * (self.number % 3)}kim{self.number // 3}"


STAMP = "2026-11-21-05-13-58"
Files = Mapping[Student, str]


def blackboard(people: Files) -> dict[str, str]:
    found: dict[str, str] = {}
    for each, text in people.items():
        stem = f"HW_1_{each.login}_attempt_{STAMP}"
        found |= {f"{stem}_hw1.py": text, f"{stem}.txt": f"Name: {each.last} ({each.login})\nAssignment: HW_1\n"}
    return found


def brightspace(people: Files) -> dict[str, str]:
    when = "Nov 21, 2026 926 PM"
    return {f"{each.number:06}-25 - {each.last} - {when}/hw1.py": text for each, text in people.items()}


def gradescope(people: Files) -> dict[str, str]:
    described = {
        f"submission_{each.number}": {":submitters": [{":name": each.last, ":sid": f"N{each.number:06}"}]}
        for each in people
    }
    files = {f"submission_{each.number}/hw1.py": text for each, text in people.items()}
    return {"submission_metadata.yml": yaml.safe_dump(described, allow_unicode=True)} | files


def clones(people: Files) -> dict[str, str]:
    return {f"dl-hw-1-{each.login}/hw1.py": text for each, text in people.items()}


def scores(people: Sequence[Student]) -> bytes:
    header = ["username", "first_name", "last_name", "email", "section", "score", "max_score", "datetime"]
    rows = [[p.login, p.first, p.last, p.email, "", p.grade, "20", ""] for p in people]
    return lms_samples.table([header, *rows]).encode()


WAYS = {
    System.BLACKBOARD: (lms_samples.blackboard, blackboard, 4),
    System.BRIGHTSPACE: (lambda people: lms_samples.brightspace(people).replace(b"#N", b"#"), brightspace, 4),
    System.GRADESCOPE: (lms_samples.gradescope, gradescope, 5),
    System.CLASSROOM50: (scores, clones, 5),
}


@pytest.mark.parametrize("system", WAYS)
@given(names=st.lists(NAMES, min_size=1, max_size=5), points=st.lists(POINTS, min_size=5), data=st.data())
def test_the_other_systems_give_everybody_the_own_grade(
    system: System, names: list[str], points: list[float], data: st.DataObject
) -> None:
    make, entries, column = WAYS[system]
    kind = Student if system is System.CLASSROOM50 else Odd  # one clone alone can be that of kim0 or of a_kim0
    people = [kind(number, "", name.replace("/", "")) for number, name in enumerate(names, 1)]
    away = data.draw(st.sets(st.sampled_from(people), max_size=len(people) - 1))
    handed = {each: f"x = {each.number}" for each in people if each not in away}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "roster.csv").write_bytes(make(people))
        export = archive(folder / "export.zip", entries(handed))
        format = "git_clones" if system is System.CLASSROOM50 else "auto"
        found = match(export, folder / "roster.csv", format=format)
        assert not found.unclear and len(found.submissions) == len(handed)
        keys = entry_names([each.person for each in found.submissions])
        by_line = {each.person.line: keys[each.person] for each in found.submissions}
        graded = {by_line[each.number + 1]: points[each.number - 1] for each in handed}
        grades = [each.grade for each in through_the_table(folder, graded)]
        titles = cells(make(people))[0]  # of 20 points, and the table has 100
        filled = writer(system).fill(parse(make(people), "roster.csv"), grades, column=titles[column])
    rows = cells(filled.data)[1:]
    wanted = ["" if each in away else f"{points[each.number - 1]:.4f}".rstrip("0").rstrip(".") for each in people]
    assert [row[column] for row in rows] == wanted
