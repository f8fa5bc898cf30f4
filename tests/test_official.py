"""Official runs of a class: graded once, resumed after any end, and without a name where none belongs."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from tiny_course import HIDDEN, SLUG, SOLUTION, Course, make, write

from autograder.batch import identities
from autograder.batch.database import default_url
from autograder.batch.store import Store
from autograder.reports.document import from_json

COMMAND = [sys.executable, "-m", "autograder"]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make(tmp_path / "course")


def batch(course: Course, source: Path, *more: object, out: str = "out") -> subprocess.CompletedProcess[str]:
    """Grade a class in a process of its own, in the folder above the course."""
    return run_command(course, "batch", SLUG, source, "--out", out, *more)


def run_command(course: Course, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments), "--root", str(course.root)]
    return subprocess.run(command, cwd=course.root.parent, capture_output=True, text=True, check=False, timeout=300)


def graded(course: Course) -> list[tuple[str, str, str]]:
    """Student, assignment and detail of each grading in the log."""
    known = identities.read(course.root / "store")
    with Store(default_url(course.root), known.course) as store:
        events = [(known.name(person), *event[2:]) for person in known.people for event in store.events(person)]
    return [(name, slug, detail) for name, action, slug, detail in events if action == "graded"]


def rows(course: Course, out: str = "out") -> list[dict[str, str]]:
    path = course.root.parent / out / "staff" / "grades.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def files(folder: Path) -> dict[str, tuple[int, int]]:
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {str(path): (info.st_mtime_ns, info.st_ino) for path, info in found.items()}


@pytest.mark.slow
def test_a_second_run_grades_nothing_and_a_new_upload_only_itself(course: Course, tmp_path: Path) -> None:
    source = tmp_path / "class"
    write(source / "kim.py", SOLUTION)
    write(source / "lee.zip", b"no archive at all")
    assert batch(course, source).returncode == 5
    before = files(tmp_path / "out" / "students")
    assert batch(course, source).returncode == 5
    assert files(tmp_path / "out" / "students") == before
    assert [name for name, _, _ in graded(course)] == ["kim", "lee"]
    write(source / "kim.py", SOLUTION.replace("2 * x", "3 * x"))
    write(source / "park" / "tiny.py", SOLUTION)
    assert batch(course, source).returncode == 5
    assert sorted(name for name, _, _ in graded(course)) == ["kim", "kim", "lee", "park"]
    found = {row["student"]: (row["earned"], row["attempt"]) for row in rows(course)}
    assert found == {"kim": ("8.0", "2"), "lee": ("0.0", "1"), "park": ("20.0", "1")}


@pytest.mark.slow
def test_all_runs_draw_the_same_inputs_and_no_student_gets_the_seed(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    batch(course, tmp_path / "class")
    write(tmp_path / "class" / "lee.py", SOLUTION)
    batch(course, tmp_path / "class")
    reports = [from_json(path.read_text("utf-8")) for path in (tmp_path / "out" / "staff").glob("01-*.json")]
    [seed] = {report.grader.seed for report in reports}
    assert seed is not None
    for path in (tmp_path / "out" / "students").iterdir():
        assert str(seed) not in path.read_text(encoding="utf-8")
    other = batch(course, tmp_path / "class", "--seed", (seed + 1) % 2**32)
    assert (other.returncode, "The seed of the official runs of 01-tiny was drawn on" in other.stderr) == (2, True)


@pytest.mark.slow
def test_a_new_version_of_the_cases_grades_again_and_keeps_the_old_reports(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    batch(course, tmp_path / "class")
    write(course.solution / "test_hidden.py", (course.solution / "test_hidden.py").read_text() + "\n# changed\n")
    assert batch(course, tmp_path / "class").returncode == 2
    assert batch(course, tmp_path / "class", out="again").returncode == 0
    assert [detail.partition("; ")[2] for _, _, detail in graded(course)] == ["first report", "changed: assignment"]


@pytest.mark.slow
def test_equal_submissions_are_graded_once(course: Course, tmp_path: Path) -> None:
    for student in ("kim", "lee", "park"):
        write(tmp_path / "class" / student / "tiny.py", SOLUTION)
    assert batch(course, tmp_path / "class").returncode == 0
    assert [name for name, _, _ in graded(course)] == ["kim"]
    assert [(row["student"], row["earned"]) for row in rows(course)] == [(s, "20.0") for s in ("kim", "lee", "park")]


@pytest.mark.slow
def test_the_store_and_the_log_hold_no_name(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "김민준" / "tiny.py", SOLUTION)
    write(tmp_path / "class" / "lee-seoyeon.zip", b"no archive at all")
    batch(course, tmp_path / "class")
    store = course.root / "store"
    with sqlite3.connect(store / "store.sqlite") as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    assert "s-" in text
    # the sentence on a refused upload quotes the name of the file: the student reads it
    assert "김민준" not in text and "lee-seoyeon" not in text
    assert (store / identities.NAME).stat().st_mode & 0o777 == 0o600
    assert "lee-seoyeon" in (store / identities.NAME).read_text(encoding="utf-8")
    assert (store / ".gitignore").read_text(encoding="utf-8").endswith("*\n")


@pytest.mark.slow
def test_a_report_with_a_grader_error_is_no_grade_and_pending_again(tmp_path: Path) -> None:
    flag = tmp_path / "broken"
    hidden = (
        HIDDEN
        + f"""

@task("double", points=0.0001)
def test_breaks(student):
    from pathlib import Path
    from autograder.errors import DataError
    if student.double(1.0) != 2.0 and Path({str(flag)!r}).exists():
        raise DataError("the disk is gone")
"""
    )
    course = make(tmp_path / "course", hidden=hidden, tasks={"double": 12.0001, "total": 8.0})
    write(tmp_path / "class" / "kim.py", SOLUTION.replace("2 * x", "3 * x"))
    flag.touch()
    first = batch(course, tmp_path / "class")
    assert first.returncode == 5
    assert "kim: the case breaks failed because of an error in the grader: the disk is gone" in first.stderr
    [row] = rows(course)
    assert (row["earned"], row["double"], row["grader_error"]) == ("", "", "1")
    flag.unlink()
    assert batch(course, tmp_path / "class").returncode == 0
    [row] = rows(course)
    assert (row["earned"], row["grader_error"]) == ("8.0001", "0")


@pytest.mark.slow
def test_status_and_log_say_what_happened(course: Course, tmp_path: Path) -> None:
    empty = run_command(course, "batch", "status")
    assert (empty.returncode, empty.stdout) == (0, "No submissions yet.\n")
    assert not (course.root / "store").exists()
    write(tmp_path / "class" / "kim.py", SOLUTION)
    write(tmp_path / "class" / "lee.py", SOLUTION)
    batch(course, tmp_path / "class")
    status = run_command(course, "batch", "status")
    assert status.stdout == "01-tiny  2 students, 2 graded, 0 pending\n"
    assert run_command(course, "batch", "status", SLUG).stdout == status.stdout
    assert "Did you mean 01-tiny?" in run_command(course, "batch", "status", "01-tinny").stderr
    write(course.folder / "README.md", "A new version.")
    assert "2 students, 0 graded, 2 pending" in run_command(course, "batch", "status").stdout
    log = run_command(course, "batch", "log", "kim").stdout.splitlines()
    assert [line.split("  ")[2:4] for line in log] == [["imported", SLUG], ["graded", SLUG]]
    assert log[1].endswith("20 of 20 points; first report")
    nobody = run_command(course, "batch", "log", "kym")
    assert (nobody.returncode, 'Nobody in this course is called "kym". Did you mean kim?' in nobody.stderr) == (2, True)


@pytest.mark.slow
def test_programs_get_a_summary_and_a_log_without_names(course: Course, tmp_path: Path) -> None:
    endless = SOLUTION.replace("return 2 * x", "return [None for _ in iter(int, 1)]")
    for student, source in (("kim", SOLUTION), ("lee", endless)):
        write(tmp_path / "class" / student / "tiny.py", source)
    write(tmp_path / "class" / "park.zip", b"no archive at all")
    files = ("--json", "run.json", "--log", "run.jsonl")
    assert batch(course, tmp_path / "class", *files).returncode == 5
    found = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    people, needs_human = found.pop("people"), found.pop("needs_human")
    assert len(people) == 2 and all(person.startswith("s-") for person in people)
    # a worker that got too little of a busy machine has a second chance
    assert {reason: count for reason, count in needs_human.items() if reason != "retried"} == {
        "rejected": 1,
        "timed-out": 1,
    }
    assert found == {
        "schema": 1, "assignment": SLUG, "digest": course.load().digest(), "official": True, "students": 3, "graded": 3,
        "kept": 0, "incomplete": 0, "mean": 9.3333, "exit_code": 5,
    }  # fmt: skip
    batch(course, tmp_path / "class", *files)
    again = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (again["graded"], again["kept"], again["needs_human"]) == (0, 3, needs_human)
    text = (tmp_path / "run.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert events == ["start", "graded", "graded", "graded", "end", "start", "end"]
    assert not any(name in text for name in ("kim", "lee", "park"))


def test_files_that_change_during_the_run_are_not_graded_as_the_old_ones(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.batch import runner

    upload = runner.Upload("kim", (write(tmp_path / "kim.py", SOLUTION),))
    before = upload.sha256()
    write(tmp_path / "kim.py", SOLUTION + "\n")
    assert upload.sha256() != before
    write(tmp_path / "rar.rar", "x")
    refused = runner.Upload("kim", (tmp_path / "rar.rar",))
    assert refused.sha256() != runner.Upload("kim", (write(tmp_path / "two" / "rar.rar", "y"),)).sha256()


SLOW = SOLUTION + "\nimport time\ntime.sleep(0.3)\n"


@pytest.mark.slow
def test_a_killed_run_is_resumed_and_leaves_nothing(course: Course, tmp_path: Path) -> None:
    students = [f"student{number:02d}" for number in range(12)]
    for student in students:
        write(tmp_path / "class" / f"{student}.py", SLOW)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    arguments = [*COMMAND, "batch", SLUG, "class", "--root", str(course.root), "--out", "out"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    run = subprocess.Popen(arguments, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "out" / "students").glob("*.html"))) < 3:
        assert time.monotonic() < deadline and run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait(timeout=60)
    done = len(graded(course))
    assert 3 <= done < 12
    again = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stderr) == (0, "")
    assert sorted(name for name, _, _ in graded(course)) == students
    assert [row["student"] for row in rows(course)] == students
    assert len(list((tmp_path / "out" / "students").iterdir())) == 12
    assert list(scratch.iterdir()) == []


@pytest.mark.slow
def test_a_run_that_grades_nothing_removes_what_a_killed_one_left(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run may have been killed after its last submission."""
    write(tmp_path / "class" / "kim.py", SOLUTION)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    assert batch(course, tmp_path / "class").returncode == 0
    write(scratch / "autograder-root-abcdefgh" / "inner", "")
    assert batch(course, tmp_path / "class").returncode == 0
    assert list(scratch.iterdir()) == []


@pytest.mark.slow
def test_a_damaged_file_of_identities_is_named(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    write(course.root / "store" / identities.NAME, "{")
    found = batch(course, tmp_path / "class")
    assert found.returncode == 4
    assert "identities.json cannot be read" in found.stderr and found.stderr.endswith("[store]\n")
    write(course.root / "store" / identities.NAME, json.dumps({"schema": 2}))
    assert "was written by a newer version (format 2)" in batch(course, tmp_path / "class").stderr


def test_pseudonyms_depend_on_the_course(tmp_path: Path) -> None:
    one, two = identities.read(tmp_path / "a"), identities.read(tmp_path / "b")
    assert one.pseudonym("kim") != two.pseudonym("kim")
    assert one.pseudonym("kim") == one.pseudonym("kim") != one.pseudonym("lee")
    assert tempfile.gettempdir() not in one.pseudonym("kim")
