"""Rosters: every encoding and separator, the columns of every system, and what is wrong in them, with its line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lms import NAMES, sheet

from autograder.errors import UsageError
from autograder.exchange import csv_text, roster

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@given(
    names=st.lists(NAMES, min_size=1, max_size=4),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t"),
)
def test_names_in_any_script_encoding_and_separator(names: list[str], encoding: str, delimiter: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [[at, name] for at, name in enumerate(names)]
        path = sheet(Path(folder, "r.csv"), ["ID", "Full name"], *rows, encoding=encoding, delimiter=delimiter)
        assert [(person.id, person.name) for person in roster.read(path).people] == [
            (str(at), name) for at, name in enumerate(names)
        ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Ødegård, Åse", "cp1252"), ("Núñez", "latin-1"), ("김민준 (A)", "cp949"), ("Müller\x81", "latin-1")],
)
def test_what_spreadsheets_save(text: str, encoding: str) -> None:
    assert csv_text.decoded(text.encode(encoding)) == text


HEADERS = {
    "plain": (["id", "login", "e-mail", "name", "group"], ["1", "kim", "k@x", "Kim", "A"]),
    "first and last": (
        ["Student ID", "user_name", "Email Address", "First Name", "Last Name"],
        ["1", "kim", "k@x", "Min", "Kim"],
    ),
    "canvas": (["Student", "ID", "SIS User ID", "SIS Login ID", "Section"], ["Kim, Min", "1", "N1", "kim", "A"]),
    "blackboard": (["Last Name", "First Name", "Username", "Student ID"], ["Kim", "Min", "kim", "1"]),
    "brightspace": (["OrgDefinedId", "Username", "HW1 Points Grade <Numeric MaxPoints:9>"], ["#1", "#kim", "3"]),
    "gradescope": (["First Name", "Last Name", "SID", "Email", "Sections"], ["Min", "Kim", "1", "k@x", "A"]),
    "moodle participants": (
        ["First name", "Last name", "Email address", "ID number", "Groups"],
        ["Min", "Kim", "k@x", "1", "A"],
    ),
    "github classroom": (["identifier", "github_username", "github_id", "name"], ["1", "kim", "99", "Kim"]),
    "classroom 50": (
        ["username", "first_name", "last_name", "email", "section", "github_id"],
        ["kim", "M", "Kim", "k@x", "", "9"],
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_columns_of_every_system(name: str, tmp_path: Path) -> None:
    header, row = HEADERS[name]
    [person] = roster.read(sheet(tmp_path / "r.csv", header, row)).people
    found = {person.id, person.login, person.github}
    assert found <= {"", "1", "kim"} and len(found) > 1
    assert person.email in ("", "k@x")
    assert name == "brightspace" or "Kim" in person.name
    assert person.group in ("", "A")


def test_the_rows_of_canvas_that_are_no_students_do_not_count(tmp_path: Path) -> None:
    path = lms.gradebook(tmp_path / "r.csv", {1: "Kim, Min", 2: "Student, Test"})
    assert [person.id for person in roster.read(path).people] == ["1"]
    excel = tmp_path / "excel.csv"
    excel.write_bytes(b"sep=;\n" + path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b",", b";"))
    assert csv_text.read(excel).header[1] == "ID"
    assert csv_text.read(excel).rows[0].line == 3


def test_a_worksheet_in_any_language_and_one_with_scales(tmp_path: Path) -> None:
    titles = [f"열 {at}" for at in range(10)]
    row = ["참가자 41", "Kim", "k@example.org", "제출됨", "Good", "Good", "예", "-", "-", ""]
    [person] = roster.read(sheet(tmp_path / "w.csv", titles, row)).people
    assert (person.participant, person.name, person.email, person.group, person.late) == (
        "41",
        "Kim",
        "k@example.org",
        "",
        None,
    )


def test_a_class_of_numbered_students_is_no_worksheet(tmp_path: Path) -> None:
    header = ["Name", "SID", "Email", "a", "b", "c", "d"]
    rows = [[f"Student {at}", f"N{at}", f"s{at}@example.org", "1", "2", "3", "4"] for at in range(3)]
    assert not roster.read(sheet(tmp_path / "r.csv", header, *rows)).has("participant")


WRONG = {
    "no file": (None, r"r\.csv cannot be read: No such file or directory\. Name a CSV file\."),
    "empty": (b"", r"r\.csv is empty\. Name a CSV file whose first line names the columns\."),
    "nobody": (b"id,name\n\n", r"r\.csv lists nobody\."),
    "a spreadsheet": (b"PK\x03\x04rest", r"r\.csv is a spreadsheet or an archive\. Save it as CSV"),
    "no column": (b"a,b\n1,2\n", r'r\.csv, line 1: no column tells who a person is\. The columns are "a", "b"\.'),
    "an id twice": (b"id\n7\n8\n7\n", r"r\.csv, line 4: the id 7 is already in line 2\. Delete one of the two rows"),
    "an e-mail address twice": (b"id,email\n1,A@x\n2,a@X\n", r"line 3: the e-mail address a@X is already in line 2"),
    "a login twice": ("login\né\ne\u0301\n".encode(), r"line 3: the login e\u0301 is already in line 2"),
    "an open quote": (b'id,name\n1,Kim\n2,"Lee\n3,Choi\n', r"r\.csv, line 3: this row cannot be read"),
    "too many cells": (b"id,name\n1,Kim, Min\n", r"line 2: this row has 3 cells, but the header has 2\. Put quotes"),
    "a row without a person": (b"id,name,section\n1,Kim,A\n,,B\n", r"line 3: this row names nobody"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_roster_is_one_sentence_with_file_and_line(fault: str, tmp_path: Path) -> None:
    content, problem = WRONG[fault]
    if content is not None:
        (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(UsageError, match=problem) as caught:
        roster.read(tmp_path / "r.csv")
    assert "\n" not in caught.value.message


def test_the_line_of_a_row_after_a_cell_of_two_lines(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(b'id,name\r\n1,"Kim\r\nMin"\r\n1,Lee\r\n')
    with pytest.raises(UsageError, match=r"line 4: the id 1 is already in line 2"):
        roster.read(tmp_path / "r.csv")


@given(content=st.binary(max_size=80))
def test_any_bytes_are_a_roster_or_a_usage_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "r.csv")
        path.write_bytes(b"id,name\n" + content)
        try:
            assert roster.read(path).people
        except UsageError as exc:
            assert "r.csv" in exc.message
