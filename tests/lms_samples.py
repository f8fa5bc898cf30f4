"""Made-up tables as other systems export them, from a list of people; and the strategies that draw such people."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from autograder.exchange.grades import Grade

BOM = "\ufeff"
CANVAS_COLUMN = "HW1 Backprop (5001)"
BLACKBOARD_COLUMN = "HW1 [Total Pts: 20 Score] |664617"
BRIGHTSPACE_COLUMN = "HW1 Points Grade <Numeric MaxPoints:20 Weight:10>"


@dataclass(frozen=True)
class Student:
    """A person of a made-up class; ``number`` makes id, login and e-mail."""

    number: int
    first: str
    last: str
    grade: str = ""  # what the template holds

    @property
    def id(self) -> str:
        return str(1000 + self.number)

    @property
    def login(self) -> str:
        return f"student{self.number:02}"

    @property
    def email(self) -> str:
        return f"{self.login}@example.invalid"


CLASS = (Student(1, "Student", "Synth01", "8.50"), Student(2, "지호", "박"), Student(3, "Øvé, Jr.", "O'Brien"))


def grade(student: str, points: float | None = 12.5, **others: object) -> Grade:
    return Grade(student, points, 20.0, **others)  # type: ignore[arg-type]


def table(
    rows: Sequence[Sequence[str]], *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL, end: str = "\n"
) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def cells(data: bytes, *, delimiter: str = ",", encoding: str = "utf-8-sig") -> list[list[str]]:
    """Read a table with the reader of the standard library."""
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter, strict=True))


def canvas(
    people: Sequence[Student] = CLASS,
    *,
    columns: Sequence[str] = (CANVAS_COLUMN,),
    delimiter: str = ",",
    mark: str = ".",
    points: str = "20.00",
    bom: str = "",
) -> bytes:
    count = len(columns)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns, "Current Score", "Final Score"]
    rows = [header, ["", "", "", "", "", *[""] * (count - 1), "Manual Posting", "", ""]]
    rows += [["    Points Possible", "", "", "", "", *[points] * count, "(read only)", "(read only)"]]
    for each in people:
        name = f"{each.last}, {each.first}"
        sis = f"N{each.number:06}"
        section = "DL101-01 and DL101-02"
        rows += [[name, each.id, sis, each.login, section, *[each.grade] * count, "80.50", "53.67"]]
    rows += [["Student, Test", "1999", "", "3f0a", "DL101-01", *[""] * count, "", ""]]
    decimal = [[cell.replace(".", mark) if cell.replace(".", "").isdigit() else cell for cell in row] for row in rows]
    return (bom + table(decimal, delimiter=delimiter)).encode()


ENGLISH = ("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
           "Last modified (submission)", "Last modified (grade)", "Feedback comments")  # fmt: skip
KOREAN = ("식별자", "성명", "이메일 주소", "상태", "성적", "최고 성적", "성적 변경 가능",
          "최종 수정(제출)", "최종 수정(성적)", "피드백 댓글")  # fmt: skip


def moodle(
    people: Sequence[Student] = CLASS,
    *,
    titles: Sequence[str] = ENGLISH,
    yes: str = "Yes",
    word: str = "Participant",
    comments: Sequence[str] = (),
    most: str = "20.00",
) -> bytes:
    rows = [list(titles)]
    for index, each in enumerate(people):
        comment = comments[index] if index < len(comments) else ""
        name = f"{each.first} {each.last}"
        when = "Tuesday, 3 February 2026, 2:05 PM"
        status = "Submitted for grading -  - "
        cells = [f"{word} {40 + each.number}", name, each.email, status, each.grade, most, yes, when, "-", comment]
        rows.append(cells)
    return (BOM + table(rows)).encode()


def blackboard(people: Sequence[Student] = CLASS, *, columns: Sequence[str] = (BLACKBOARD_COLUMN,)) -> bytes:
    rows = [["Last Name", "First Name", "Username", "Student ID", *columns]]
    rows += [[p.last, p.first, p.login, f"N{p.number:06}", *[p.grade] * len(columns)] for p in people]
    return (BOM + table(rows, quoting=csv.QUOTE_ALL)).encode()


def blackboard_utf16(people: Sequence[Student] = CLASS) -> bytes:
    rows = [["Last Name", "First Name", "Username", BLACKBOARD_COLUMN]]
    rows += [[p.last, p.first, p.login, p.grade] for p in people]
    return (BOM + table(rows, delimiter="\t", quoting=csv.QUOTE_ALL, end="\r\n")).encode("utf-16-le")


def brightspace(people: Sequence[Student] = CLASS, *, columns: Sequence[str] = (BRIGHTSPACE_COLUMN,)) -> bytes:
    rows = [["OrgDefinedId", "Username", "Last Name", "First Name", *columns, "End-of-Line Indicator"]]
    rows += [[f"#N{p.number:06}", f"#{p.login}", p.last, p.first, *[p.grade] * len(columns), "#"] for p in people]
    return table(rows, end="\r\n").encode()


def gradescope(people: Sequence[Student] = CLASS) -> bytes:
    rows = [["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status"]]
    rows += [[p.first, p.last, f"N{p.number:06}", p.email, "DL101-01", p.grade, "20.0", "Graded"] for p in people]
    return table(rows).encode()


def names_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


# --- people of any script, with everything in their names that a table could stumble over

_SIGNS = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@',;\"\t#|_()\u200c\u0301é박")
NAMES = st.text(_SIGNS, min_size=1, max_size=8).map(str.strip).filter(lambda name: name and name.strip("\ufeff"))


@st.composite
def classes(draw: st.DrawFn) -> tuple[Student, ...]:
    """A class of one to five people; some have a grade already."""
    people = draw(st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["", "3.00", "20.00"])), min_size=1, max_size=5))
    return tuple(Student(number, *each) for number, each in enumerate(people, 1))


POINTS = st.integers(0, 200_000).map(lambda units: units / 10_000)
