"""``autograder import``: the report, the exit codes, the folder that batch reads, and what is left after a fault."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_course
from killed_commands import run_and_kill
from lms import archive, gradebook, sheet
from test_commands import Command, Finished
from test_commands import command as command  # a fixture

from autograder.batch.runner import opened, uploads_of
from autograder.course.assignment import Assignment
from autograder.course.submission import Refused
from autograder.errors import AutograderError
from autograder.exchange import folder, plain_folder
from autograder.exchange.roster import Person
from autograder.exchange.whole_folder import whole_folder

CLASS = {1001: "Kim, Min", 1002: "Lee, Seo", 1003: "Choi, Yu"}
ENTRIES = {"kimmin_1001_90001_tiny.py": "x = 1", "leeseo_LATE_1002_90002_tiny-1.py": "x = 2"}


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return gradebook(tmp_path / "roster.csv", CLASS)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return archive(tmp_path / "export.zip", ENTRIES)


def left(folder: Path) -> set[str]:
    """Everything below a folder, files with their text."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


REPORT = """\
export.zip (canvas) with the roster roster.csv

Matched: 2
  kimmin_1001_90001_tiny.py -> 1001 (Kim, Min) -> tiny.py [by id, on time]
  leeseo_LATE_1002_90002_tiny-1.py -> 1002 (Lee, Seo) -> tiny-1.py [by id, late]

Without a submission: 1
  1003 (Choi, Yu)

2 people with a submission, 1 without, 0 entries to settle
"""


def test_a_dry_run_prints_the_report_and_writes_nothing(
    command: Command, export: Path, roster: Path, tmp_path: Path
) -> None:
    before = left(tmp_path)
    assert command("import", export, "--roster", roster, "--dry-run") == Finished(0, REPORT, "")
    assert left(tmp_path) == before


def test_the_report_is_in_korean_too(command: Command, export: Path, roster: Path) -> None:
    found = command("import", export, "--roster", roster, "--dry-run", "--lang", "ko")
    assert "제출한 사람 2명, 제출하지 않은 사람 1명, 확인할 항목 0개" in found.out
    assert "Matched" not in found.out


def test_all_unclear_entries_are_named_at_once_and_nothing_is_written(
    command: Command,
    roster: Path,
    tmp_path: Path,
) -> None:
    names = [*ENTRIES, "nobody_7_90003_tiny.py", "x_1001_1002_90004_tiny.py", "evil\x1b[31m.py"]
    export = archive(tmp_path / "export.zip", dict.fromkeys(names, ""))
    before = left(tmp_path)
    for arguments in (["--dry-run"], ["--to", tmp_path / "class"]):
        found = command("import", export, "--roster", roster, *arguments)
        assert found.code == 5
        assert "  nobody_7_90003_tiny.py: not in the roster: 7" in found.out
        assert "  x_1001_1002_90004_tiny.py: it may belong to 1001, 1002" in found.out
        assert "  evil\\x1b[31m.py: this is not a name that Canvas gives" in found.out
        assert "2 people with a submission, 1 without, 3 entries to settle" in found.out
        assert left(tmp_path) == before


def test_a_roster_of_another_course_is_suspected(command: Command, roster: Path, tmp_path: Path) -> None:
    for others, suspected in ((2, False), (5, True)):
        names = [*ENTRIES, *(f"nobody_{number}_90003_tiny.py" for number in range(others))]
        export = archive(tmp_path / "export.zip", dict.fromkeys(names, ""))
        found = command("import", export, "--roster", roster, "--dry-run")
        sentence = "Most entries fit nobody. Perhaps roster.csv is of another course, or export.zip of another system"
        assert (sentence in found.out) is suspected


def test_names_that_only_differ_in_case_are_named(command: Command, roster: Path, tmp_path: Path) -> None:
    names = ["kimmin_1001_1_a.py", "kimmin_1001_2_A.py", "kimmin_1001_3_b.py"]
    export = archive(tmp_path / "export.zip", dict.fromkeys(names, ""))
    found = command("import", export, "--roster", roster, "--dry-run")
    assert "Files that differ only in upper and lower case: 1\n  1001 (Kim, Min): a.py, A.py\n" in found.out


def test_a_mapping_file_settles_them(command: Command, roster: Path, tmp_path: Path) -> None:
    names = [*ENTRIES, "nobody_7_90003_a.py", "x_1001_1002_90004_b.py", "evil\x1b[31m.py"]
    export = archive(tmp_path / "export.zip", dict.fromkeys(names, "x = 1"))
    rows = [(names[2], "Choi, Yu"), (names[3], "1002"), ("evil\\x1b[31m.py", "")]  # the last as the report prints it
    mapping = sheet(tmp_path / "mapping.csv", ["entry", "person"], *rows)
    found = command("import", export, "--roster", roster, "--mapping", mapping, "--to", tmp_path / "class")
    assert found.code == 0
    assert "Left out by the mapping file: 1\n  evil\\x1b[31m.py" in found.out
    expected = {"1001.py", "1002", "1002/tiny-1.py", "1002/b.py", "1003.py"}
    assert left(tmp_path / "class" / "uploads") == expected


def test_batch_reads_the_folder(command: Command, export: Path, roster: Path, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "course")
    done = command("import", export, "--roster", roster, "--to", tmp_path / "class")
    next_step = f"To grade it: autograder batch SLUG {tmp_path}/class/uploads --out graded\n"
    assert (done.code, done.err) == (0, "") and done.out.endswith(next_step)
    assert left(tmp_path / "class") == {"uploads", "uploads/1001.py", "uploads/1002.py", "roster.json", "report.txt"}
    assert (tmp_path / "class").stat().st_mode & 0o777 == 0o700
    uploads = uploads_of(folder.entries(tmp_path / "class" / "uploads"))
    assert [(each.student, each.modules) for each in submissions(uploads, course.load())] == [
        ("1001", {"tiny": b"x = 1"}), ("1002", {"tiny": b"x = 2"})
    ]  # fmt: skip
    [kim, lee] = json.loads((tmp_path / "class" / "roster.json").read_text(encoding="utf-8"))["people"]
    assert (kim["student"], kim["id"], kim["login"], kim["late"], kim["received_at"]) == (
        "1001",
        "1001",
        "login1001",
        False,
        None,
    )
    assert lee["late"] is True and lee["entries"] == ["leeseo_LATE_1002_90002_tiny-1.py"]
    assert (tmp_path / "class" / "report.txt").read_text(encoding="utf-8") in REPORT


def test_another_archive_is_rejected_as_in_a_plain_folder(command: Command, roster: Path, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "course")
    entries = ["kimmin_1001_1_tiny.rar", "leeseo_1002_2_TINY.TAR.GZ", "choiyu_1003_3_notes.txt"]
    export = archive(tmp_path / "export.zip", dict.fromkeys(entries, "x"))
    assert command("import", export, "--roster", roster, "--to", tmp_path / "class").code == 0
    where = tmp_path / "class" / "uploads"
    assert left(where) == {"1001.rar", "1002.tar.gz", "1003", "1003/notes.txt"}
    found = opened(course.load(), uploads_of(folder.entries(where)))
    kinds = {each.student: each.sentence if isinstance(each, Refused) else "" for each in found}
    assert "archive of another kind (RAR)" in kinds["1001"] and "archive of another kind (tar)" in kinds["1002"]
    assert not kinds["1003"]


def test_an_entry_of_another_name_needs_a_human(command: Command, roster: Path, tmp_path: Path) -> None:
    export = archive(tmp_path / "export.zip", {"team_1001_90001_tiny.py": tiny_course.SOLUTION})
    found = command("import", export, "--roster", roster, "--dry-run")
    assert found.code == 5
    why = 'the entry has the name "team", and its id is that of "Kim, Min"; if it is a group, add a column "group"'
    assert f"\nAmbiguous: 1\n  team_1001_90001_tiny.py: {why}" in found.out
    mapping = sheet(tmp_path / "mapping.csv", ["entry", "person"], ["team_1001_90001_tiny.py", "1001"])
    assert command("import", export, "--roster", roster, "--mapping", mapping, "--dry-run").code == 0


@pytest.mark.slow
def test_batch_grades_an_export_and_lists_what_is_not_clear(command: Command, roster: Path, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "course")
    answer = tiny_course.SOLUTION
    unclear = {"nobody_7_90003_tiny.py": answer, "x_1001_1002_90004_tiny.py": answer}
    own = {"kimmin_1001_90001_tiny.py": answer, "leeseo_LATE_1002_90002_tiny-1.py": answer}
    export = archive(tmp_path / "export.zip", own | unclear)
    out = ["--root", course.root, "--out", "out", "--json", "out.json"]
    found = command("batch", tiny_course.SLUG, export, "--roster", roster, *out)
    assert found.code == 5
    assert "nobody_7_90003_tiny.py: not in the roster: 7" in found.err
    assert "x_1001_1002_90004_tiny.py: it may belong to 1001, 1002" in found.err
    table = csv.DictReader(Path("out/staff/grades.csv").read_text(encoding="utf-8-sig").splitlines())
    rows = {row["student"]: (row["earned"], row["attention"]) for row in table}
    assert rows == {
        "1001": ("20.0", ""),
        "1002": ("20.0", ""),
        "nobody_7_90003_tiny.py": ("", "unmatched"),
        "x_1001_1002_90004_tiny.py": ("", "ambiguous"),
    }
    summary = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert summary["graded"] == 2 and summary["kept"] == 0
    assert summary["needs_human"] == {"ambiguous": 1, "unmatched": 1} and summary["people"] == []
    assert "nobody_7_90003_tiny.py" in Path("out/staff/needs-a-human.html").read_text(encoding="utf-8")
    assert len(list(Path("out/students").glob("*.html"))) == 2

    mapping = sheet(tmp_path / "m.csv", ["entry", "person"], ["nobody_7_90003_tiny.py", "1003"], [[*unclear][1], ""])
    again = command("batch", tiny_course.SLUG, export, "--roster", roster, "--mapping", mapping, *out)
    assert (again.code, again.err) == (0, "")
    assert len(list(Path("out/students").glob("*.html"))) == 3

    rest = command("batch", tiny_course.SLUG, "--root", course.root, "--out", "other")  # what the store has kept
    assert rest.code == 0 and "1003" in rest.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--mapping", "m.csv"], "--mapping needs --roster."),
        (["--format", "canvas"], "--format needs --roster."),
    ],
)
def test_batch_needs_a_roster_for_an_export(
    arguments: list[str], problem: str, command: Command, export: Path, tmp_path: Path
) -> None:
    course = tiny_course.make(tmp_path / "course")
    found = command("batch", tiny_course.SLUG, export, *arguments, "--root", course.root, "--out", "out")
    assert found.code == 2 and problem in found.err
    found = command("batch", tiny_course.SLUG, "--roster", "r.csv", "--root", course.root, "--out", "out")
    assert found.code == 2


def submissions(uploads: list, assignment: Assignment) -> Iterator:  # type: ignore[type-arg]
    for each in opened(assignment, uploads):
        assert not isinstance(each, Refused)
        yield each


def test_an_assignment_chooses_its_files_and_their_names(command: Command, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "course")
    for name in (
        "hw-kim/assignments/01-tiny/tiny-2.py",
        "hw-kim/assignments/01-tiny/x-1.py",
        "hw-kim/README.md",
        "hw-kim/.git/HEAD",
    ):
        tiny_course.write(tmp_path / "clones" / name, "x = 1")
    roster = sheet(tmp_path / "roster.csv", ["username"], ["kim"])
    found = command(
        "import", tmp_path / "clones", "--roster", roster, "--to", tmp_path / "class",
        "--assignment", "1", "--root", course.root,
    )  # fmt: skip
    assert found.code == 0
    assert left(tmp_path / "class" / "uploads") == {"kim", "kim/tiny.py", "kim/x-1.py"}


# --- faults

OK = ["ok.zip", "--roster", "r.csv"]
FAULTS = {
    "no such export": (["none.zip", *OK[1:]], "none.zip does not exist. Name the export of the other system"),
    "no zip": (["no.zip", *OK[1:]], "no.zip is not a zip archive, or only a part of one. Download the export"),
    "no files": (["empty.zip", *OK[1:]], "empty.zip contains no files. Download the submissions of the assignment"),
    "damaged": (["damaged.zip", *OK[1:]], "damaged.zip: the entry kimmin_1001_90001_tiny.py is damaged."),
    "no roster": (["ok.zip", "--roster", "none.csv"], "none.csv cannot be read: No such file or directory."),
    "twice": (["ok.zip", "--roster", "twice.csv"], "twice.csv, line 3: the id 1001 is already in line 2."),
    "a folder that exists": ([*OK, "--to", "there"], "there exists. Name a new folder"),
    "a place that cannot be written": ([*OK, "--to", "ok.zip/x"], "ok.zip/x cannot be written"),
    "no mapping": ([*OK, "--mapping", "none.csv"], "none.csv cannot be read"),
    "a mapping without columns": ([*OK, "--mapping", "r.csv"], 'r.csv, line 1: name the columns "entry"'),
    "neither": ([*OK, "--dry-run", "--to", "x"], "Give either --dry-run, or --to"),
    "no such assignment": ([*OK, "--assignment", "9"], "has no folder named assignments"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence_and_leaves_nothing(fault: str, command: Command) -> None:
    here = Path.cwd()
    archive(here / "ok.zip", {"kimmin_1001_90001_tiny.py": "x = 1"})
    (here / "no.zip").write_text("no", encoding="utf-8")
    data = bytearray(archive(here / "damaged.zip", {"kimmin_1001_90001_tiny.py": "x = 1\n" * 99}).read_bytes())
    data[58] ^= 0xFF
    (here / "damaged.zip").write_bytes(data)
    archive(here / "empty.zip", {})
    gradebook(here / "r.csv", CLASS)
    sheet(here / "twice.csv", ["id"], ["1001"], ["1001"])
    (here / "there").mkdir()
    before = left(here)
    arguments, problem = FAULTS[fault]
    where = [] if "--to" in arguments else ["--to", "new"]
    found = command("import", *arguments, *where)
    assert found.code == (4 if fault == "a place that cannot be written" else 2)
    assert problem in found.err
    assert found.err.count("\n") == 1
    assert left(here) == before


TINY = "kimmin_1001_90001_tiny.py"
MAPPINGS = {
    "an unknown entry": ((TINY[1:], "1001"), f'm.csv, line 2: no entry is named "{TINY[1:]}". Did you mean {TINY}'),
    "an unknown person": ((TINY, "login10011"), 'm.csv, line 2: "login10011" is not in'),
    "a name of two": ((TINY, "Park"), 'm.csv, line 2: "Park" may be line 4 and 5 of'),
}


@pytest.mark.parametrize("fault", MAPPINGS)
def test_a_wrong_mapping_names_its_line(fault: str, command: Command, export: Path, tmp_path: Path) -> None:
    rows = [(1001, "Kim"), (1002, "Lee"), (1, "Park"), (2, "park")]
    roster = sheet(tmp_path / "r.csv", ["id", "name"], *rows)
    row, problem = MAPPINGS[fault]
    mapping = sheet(tmp_path / "m.csv", ["entry", "person"], row, delimiter=";", encoding="cp1252")
    found = command("import", export, "--roster", roster, "--mapping", mapping, "--dry-run")
    assert found.code == 2
    assert problem in found.err


def test_a_mapping_of_one_submission_twice_names_both_lines(
    command: Command, export: Path, roster: Path, tmp_path: Path
) -> None:
    rows = [("kimmin_1001_90001_tiny.py", "1001"), ("kimmin_1001_90001_tiny.py", "")]
    mapping = sheet(tmp_path / "m.csv", ["person", "entry"], *[row[::-1] for row in rows])
    found = command("import", export, "--roster", roster, "--mapping", mapping, "--dry-run")
    assert "m.csv, line 3: line 2 has the same submission." in found.err


def test_an_interrupted_import_leaves_nothing(
    command: Command,
    export: Path,
    roster: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rename = os.rename

    def stop(source: str, target: str) -> None:
        if Path(target).name == "class":
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", stop)
    before = left(tmp_path)
    assert command("import", export, "--roster", roster, "--to", tmp_path / "class").code == 130
    assert left(tmp_path) == before


def test_what_a_killed_import_left_is_removed_by_the_next_one(
    command: Command, export: Path, roster: Path, tmp_path: Path
) -> None:
    importing = ["import", export, "--roster", roster, "--to", tmp_path / "class"]
    before = left(tmp_path)
    run_and_kill("autograder.exchange.plain_folder:_write_entry", 2, *importing)
    [draft] = tmp_path.glob(".class.*.tmp")
    with (
        pytest.raises(AutograderError, match=r"class cannot be written: .*Choose a folder"),
        whole_folder(tmp_path / "class") as other,  # of another command that still runs
    ):
        assert not draft.exists()
        assert command(*importing).code == 0
        assert other.exists()
    shutil.rmtree(tmp_path / "class")
    assert left(tmp_path) == before


# --- names of entries


def test_a_key_that_no_file_can_have_gets_a_digest_and_no_two_are_one() -> None:
    people = [
        Person(2, id="kim"), Person(3, id="KIM"), Person(4, email="lee@example.org"), Person(5, id="../x"),
        Person(6, id=".hidden"), Person(7, id="con"), Person(8, name="김 민준"), Person(9, id="a/b"),
        Person(10, name="Park", email=""), Person(11, name="Park", group="B"),
    ]  # fmt: skip
    names = plain_folder.entry_names(people)
    assert len({name.casefold() for name in names.values()}) == len(people)
    assert (names[people[2]], names[people[6]]) == ("lee@example.org", "김 민준")
    assert not [name for name in names.values() if "/" in name or name.startswith(".")]


def test_a_file_name_that_is_too_long_is_shortened(command: Command, tmp_path: Path) -> None:
    entries = {f"1/{'가' * 120}{at}.py": "x" for at in "ab"}  # 360 bytes as UTF-8, which a zip can hold
    export = archive(tmp_path / "x.zip", entries)
    found = command("import", export, "--roster", sheet(tmp_path / "r.csv", ["id"], ["1"]), "--to", tmp_path / "class")
    assert found.code == 0, found.err
    names = left(tmp_path / "class" / "uploads") - {"1"}
    assert len(names) == 2
    assert all(name.startswith("1/가가") and name.endswith(".py") for name in names)


@pytest.mark.slow
def test_ten_thousand_entries_are_imported(command: Command, tmp_path: Path) -> None:
    people = {at: f"Student {at}" for at in range(10_000, 20_000)}
    entries = {f"student{at}_{at}_{at + 10**6}_tiny.py": "x" for at in people}
    export = archive(tmp_path / "x.zip", entries)
    found = command("import", export, "--roster", gradebook(tmp_path / "r.csv", people), "--dry-run")
    assert found.code == 0
    assert "10000 people with a submission, 0 without, 0 entries to settle" in found.out
