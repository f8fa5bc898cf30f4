"""The attempts before the last one in an export: they are kept, and graded where a rule of the course needs them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import lms
import pytest
import tiny_course
from hypothesis import given
from hypothesis import strategies as st
from test_commands import Command
from test_commands import command as command  # a fixture
from test_exports import receipt

from autograder.batch.receipts import NewSubmission, unrecorded

SLUG = tiny_course.SLUG
SQUARED = tiny_course.SOLUTION.replace("2 * x", "x * x")
BEST = 'attempt = "best"\n'


def blackboard(path: Path, attempts: Mapping[str, Mapping[int, str]]) -> Path:
    """A zip of Blackboard: login -> day -> what was handed in on it."""
    files: dict[str, str | bytes] = {}
    for login, own in attempts.items():
        for day, source in own.items():
            stem = f"HW1_{login}_attempt_2026-11-{day:02}-05-13-58"
            files |= {f"{stem}_tiny.py": source, f"{stem}.txt": receipt(login, login.title(), {})}
    return lms.archive(path, files)


@pytest.fixture
def course(tmp_path: Path) -> tiny_course.Course:
    made = tiny_course.make(tmp_path / "course")
    (made.root / "course.toml").write_text(BEST, encoding="utf-8")
    return made


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return lms.sheet(tmp_path / "roster.csv", ["login"], ["kim"], ["lee"])


def exported(command: Command, course: tiny_course.Course) -> dict[str, dict[str, str]]:
    grades = Path("out/staff/grades.csv")
    found = command("export", grades, "--to", "csv", "--out", "up.csv", "--root", course.root)
    assert found.code == 0, found.err
    return {row["student"]: row for row in csv.DictReader(Path("up.csv").read_text("utf-8-sig").splitlines())}


def test_the_best_attempt_of_one_export_counts(
    command: Command, course: tiny_course.Course, roster: Path, tmp_path: Path
) -> None:
    class_of = {"kim": {20: SQUARED, 21: tiny_course.SOLUTION, 22: "x = 1\n"}, "lee": {20: SQUARED}}
    export = blackboard(tmp_path / "x.zip", class_of)
    batch = ["batch", SLUG, export, "--roster", roster, "--out", "out", "--root", course.root, "--json", "run.json"]
    assert command(*batch).code == 0
    found = exported(command, course)
    assert (found["kim"]["points"], found["kim"]["attempt"]) == ("20", "2")
    assert "Attempt 2 counts" in found["kim"]["reasons"]
    assert float(found["lee"]["points"]) < 20 and found["lee"]["attempt"] == "1"
    assert json.loads(Path("run.json").read_text("utf-8"))["graded"] == 4

    assert command(*batch).code == 0  # the same export once more
    again = json.loads(Path("run.json").read_text("utf-8"))
    assert (again["graded"], again["kept"]) == (0, 2)
    log = command("batch", "log", "kim", "--root", course.root).out
    assert log.count("imported") == 3


def test_an_earlier_attempt_is_graded_once_a_rule_needs_it(
    command: Command, course: tiny_course.Course, roster: Path, tmp_path: Path
) -> None:
    (course.root / "course.toml").unlink()
    export = blackboard(tmp_path / "x.zip", {"kim": {20: tiny_course.SOLUTION, 21: SQUARED}})
    out = ["--out", "out", "--root", course.root, "--json", "run.json"]
    assert command("batch", SLUG, export, "--roster", roster, *out).code == 0
    assert json.loads(Path("run.json").read_text("utf-8"))["graded"] == 1
    (course.root / "course.toml").write_text(BEST, encoding="utf-8")
    export.unlink()
    assert command("batch", SLUG, *out).code == 0  # from the copy in the store
    assert exported(command, course)["kim"]["points"] == "20"


@pytest.mark.slow
def test_an_import_keeps_earlier_attempts_for_batch(
    command: Command, course: tiny_course.Course, roster: Path, tmp_path: Path
) -> None:
    export = blackboard(tmp_path / "x.zip", {"kim": {20: tiny_course.SOLUTION, 21: SQUARED}})
    found = command("import", export, "--roster", roster, "--to", "class")
    assert found.code == 0 and "Earlier attempts: 1\n" in found.out
    assert Path("class/earlier/1/kim.py").read_text("utf-8") == tiny_course.SOLUTION
    batch = ["batch", SLUG, "class/uploads", "--out", "out", "--root", course.root]
    assert command(*batch).code == 0
    assert exported(command, course)["kim"]["attempt"] == "1"
    Path("class/earlier/1/kim.py").unlink()
    broken = command(*batch)
    assert broken.code == 2 and "which is no earlier attempt. Import again." in broken.err


def test_an_attempt_older_than_the_recorded_ones_is_named(
    command: Command, course: tiny_course.Course, roster: Path, tmp_path: Path
) -> None:
    where = ["--roster", roster, "--out", "out", "--root", course.root]
    last = blackboard(tmp_path / "last.zip", {"kim": {21: SQUARED}})
    every = blackboard(tmp_path / "all.zip", {"kim": {20: tiny_course.SOLUTION, 21: SQUARED}})
    assert command("batch", SLUG, last, *where).code == 0
    found = command("batch", SLUG, every, *where)
    assert found.err == (
        "autograder: kim: an earlier attempt of this source is older than one that the store has, or cannot be copied. "
        "It does not count for any rule.\n"
    )
    assert exported(command, course)["kim"]["attempt"] == "1"


# --- which attempts are new


def attempts(digests: str) -> list[NewSubmission]:
    return [NewSubmission("s-a", each, None, "x", lms_attempt=str(at)) for at, each in enumerate(digests)]


@pytest.mark.parametrize(
    ("known", "found", "new", "older"),
    [
        ("", "ab", "ab", ""),
        ("a", "ab", "b", ""),
        ("ab", "ab", "b", ""),  # the last one may have news, and is added only if it is another
        ("a", "aba", "ba", ""),
        ("aba", "aba", "a", ""),
        ("ab", "abc", "c", ""),
        ("b", "abc", "c", "a"),
        ("x", "ab", "ab", ""),
        ("abx", "abc", "c", ""),
        ("", "aab", "ab", ""),
        ("ab", "a", "a", ""),  # an older export
    ],
)
def test_attempts_are_told_apart_by_their_order(known: str, found: str, new: str, older: str) -> None:
    first, second = unrecorded(known, attempts(found))
    assert ("".join(each.sha256 for each in first), "".join(each.sha256 for each in second)) == (new, older)


@given(
    digests=st.lists(st.sampled_from("abc"), min_size=1, max_size=6).map("".join),
    seen=st.integers(0, 6),
)
def test_a_growing_export_is_recorded_once(digests: str, seen: int) -> None:
    """After any part of an export, all of it adds only what is left; then nothing."""
    known: list[str] = []
    for part in (digests[:seen], digests, digests):
        for each in unrecorded(known, attempts(part))[0] if part else ():
            known += [each.sha256] if known[-1:] != [each.sha256] else []
    once = [each for at, each in enumerate(digests) if at == 0 or digests[at - 1] != each]
    assert known[-1] == once[-1]
    assert set(known) == set(once) and len(known) <= len(once)
