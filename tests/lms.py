"""Exports of learning systems, made up and built by code: names of entries as each system writes them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import strategies as st

from autograder.exchange import imports
from autograder.exchange.matching import Match, Matched

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "HW1 (5001)", "Current Score", "Final Score")
WORKSHEET = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
TEAMS = (*WORKSHEET[:4], "Group", *WORKSHEET[4:])
ON_TIME, LATE, NOTHING = (
    "Submitted for grading -  - ",
    "Submitted for grading - 2 hours 5 mins late -  - ",
    "No submission -  - ",
)


def archive(path: Path, files: Mapping[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return path


def sheet(
    path: Path,
    header: Sequence[str],
    *rows: Sequence[object],
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def gradebook(path: Path, people: Mapping[int, str]) -> Path:
    """A gradebook of Canvas, with the rows that are no students."""
    rows = [(name, id, f"N{id}", f"login{id}", "DL101", "", "", "") for id, name in people.items()]
    points = ("    Points Possible", "", "", "", "", "100.00", "(read only)", "(read only)")
    return sheet(path, CANVAS, ("", "", "", "", "", "Manual Posting", "", ""), points, *rows)


def worksheet(path: Path, people: Mapping[int, str], *, late: Sequence[int] = ()) -> Path:
    """A grading worksheet of Moodle."""
    rest = ("", "100.00", "Yes", "-", "-", "")
    rows = [
        (f"Participant {number}", name, f"p{number}@example.org", LATE if number in late else ON_TIME, *rest)
        for number, name in people.items()
    ]
    return sheet(path, WORKSHEET, *rows)


def canvas_name(name: str) -> str:
    """What Canvas makes of a sortable name: lower case, only letters, marks, digits and "_"."""
    return "".join(sign for sign in name.lower() if sign == "_" or sign.isalnum() or not (sign + "a").isascii())


def moodle_name(name: str) -> str:
    """What Moodle makes of a full name: no sign that a file name cannot have, and blanks for "_"."""
    return re.sub(r"\.\.+", "", re.sub(r"[\x00-\x1f\x7f&<>\"`|':\\/]", "", name)).replace("_", " ")


def bare_name(name: str) -> str:
    """The letters and digits of a name: people with the same ones are one to a system."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def match(export: Path, roster_file: Path, *, format: str = "auto", mapping: Path | None = None) -> Matched:
    with imports.opened(export) as source:
        return imports.read(source, format=format, roster_file=roster_file, mapping=mapping).matched


def by_entry(found: Matched) -> dict[str, Match]:
    return {match.record.entry: match for match in found.matches}


def people_of(match: Match) -> list[str]:
    return [person.key for person in match.people]


NAMES = st.one_of(
    st.sampled_from(
        [
            "LATE",
            "Kim_7",
            "O'Brien, Pat",
            "김민준",
            "Ødegård, Åse",
            "e\u0301ve\u0301",
            "_",
            "a_1001",
            "anon",
            "Li, Wei",
            "LATE_7",
        ]
    ),
    st.text(st.characters(categories=("L", "Nd", "Mn"), include_characters=" _'-.,"), min_size=1, max_size=12),
).map(lambda name: " ".join(name.split()) or "x")
"""Names in any script, with underscores, apostrophes, a mark of Canvas, and numbers at the end."""

FILES = st.one_of(
    st.sampled_from(["hw1.py", "hw1-1.py", "a_1_2_b.py", "7_8_x.ipynb", "모델 (1).py", "LATE_1001_5_x.py", "w.tar.gz"]),
    st.text(st.characters(categories=("L", "Nd"), include_characters="_- ("), min_size=1, max_size=10).map(
        lambda name: f"f{name.strip()}.py"
    ),
)
