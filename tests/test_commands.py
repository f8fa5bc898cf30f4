"""The command line: what it prints and writes, its exit codes, and whatever a student may hand in."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tiny_course
from tiny_course import SLUG, SOLUTION, STUB, VISIBLE, Course, lacks_resource_limits, line, make, write

from autograder.commands.console import Terminal
from autograder.commands.main import main
from autograder.model import Measure, Report, Verdict
from autograder.reports import files, last_run, page, printable
from autograder.reports.document import from_json
from autograder.workers.supervisor import Supervisor


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Finished]

WITHOUT_MAKE = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], supervisor: Supervisor, tmp_path: Path
) -> Command:
    """Run ``autograder ARGUMENTS`` in this process, in a folder of its own, on the zygotes of all tests."""
    monkeypatch.setenv("COLUMNS", "400")  # no sentence is broken
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: object) -> Finished:
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Finished(code, out, err)

    return run


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make(tmp_path / "course")


def page_of(submission: Path) -> Path:
    """Return where the page of a submission is by default."""
    return Path("report", "submissions", printable.file_stem(str(submission)), "01-tiny.html")


def saved(path: Path) -> Report:
    return from_json(path.read_text(encoding="utf-8"))


def notebook(*cells: str) -> str:
    found = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found})


def archive(path: Path, files: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return path


# --- grade


def test_grade_prints_the_report_and_writes_the_page(command: Command, course: Course) -> None:
    found = command("grade", SLUG, "--root", course.root)
    assert found.code == 0
    assert found.err == ""
    assert "Not started: double, total" in found.out
    assert "0 of 9 visible points (20 in all)" in found.out
    assert f"Report: {Path('report', '01-tiny.html')}" in found.out
    assert "A tiny assignment" in Path("report", "01-tiny.html").read_text(encoding="utf-8")


def test_a_perfect_submission_and_a_stub_both_end_with_0(command: Command, course: Course, tmp_path: Path) -> None:
    path = write(tmp_path / "tiny.py", SOLUTION)
    found = command("grade", SLUG, "--root", course.root, "--submission", path, "--official")
    assert (found.code, "20 of 20 points" in found.out) == (0, True)
    assert "OFFICIAL" in found.out


FORMS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda at: write(at / "kim" / "tiny.py", SOLUTION).parent,
    "py": lambda at: write(at / "tiny.py", SOLUTION),
    "py of another name": lambda at: write(at / "my answer (2).py", SOLUTION),
    "ipynb": lambda at: write(at / "tiny.ipynb", notebook(SOLUTION, "print(total([1, 2]))")),
    "zip": lambda at: archive(at / "kim.zip", {"tiny.py": SOLUTION}),
    "zip of a folder": lambda at: archive(at / "kim.zip", {"hand-in/tiny.py": SOLUTION, "__MACOSX/._tiny.py": b"\0"}),
    "Hangul": lambda at: write(at / "김철수의 과제" / "tiny.py", SOLUTION).parent,
    "capital ending": lambda at: write(at / "TINY.PY", SOLUTION),
    "byte order mark": lambda at: write(at / "tiny.py", b"\xef\xbb\xbf" + SOLUTION.encode()),
    "Windows line ends": lambda at: write(at / "tiny.py", SOLUTION.replace("\n", "\r\n").encode()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_submission_may_come_in_every_form(
    command: Command, course: Course, tmp_path: Path, form: Callable[[Path], Path]
) -> None:
    path = form(tmp_path / "handed in")
    found = command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--json", "r.json")
    assert (found.code, found.err) == (0, "")
    assert saved(Path("r.json")).score.earned == 20.0


def test_the_course_may_lie_in_a_hangul_folder(command: Command, tmp_path: Path) -> None:
    course = make(tmp_path / "딥러닝 수업")
    found = command("grade", SLUG, "--root", course.root, "--html", tmp_path / "보고서", "--official")
    assert found.code == 0
    assert (tmp_path / "보고서" / "01-tiny.html").is_file()


def test_the_json_is_the_whole_report_for_staff(command: Command, course: Course) -> None:
    path = write(Path("tiny.py"), SOLUTION.replace("2 * x", "3 * x"))
    command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--seed", 11, "--json", "r.json")
    report = saved(Path("r.json"))
    assert (report.grader.seed, report.official, report.assignment) == (11, True, SLUG)
    mismatch = line(report, "double_of_any[5]").mismatch
    assert mismatch is not None
    assert mismatch.want != ""  # a hidden value: the terminal and the page are the student's, this is not


def test_what_students_see_holds_no_hidden_value_and_what_staff_see_does(command: Command, course: Course) -> None:
    path = write(Path("tiny.py"), SOLUTION.replace("2 * x", "3 * x"))
    arguments = ("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--seed", 11)
    command(*arguments, "--json", "r.json")
    mismatch = line(saved(Path("r.json")), "double_of_any[5]").mismatch
    assert mismatch is not None
    secret = mismatch.want
    student = command(*arguments, "--html", "student")
    staff = command(*arguments, "--html", "staff", "--audience", "staff")
    assert secret not in student.out + Path("student", "01-tiny.html").read_text(encoding="utf-8")
    assert secret in staff.out
    assert secret in Path("staff", "01-tiny.html").read_text(encoding="utf-8")


def test_a_ci_gets_what_a_student_may_see_whoever_runs_it(command: Command, course: Course) -> None:
    path = write(Path("tiny.py"), SOLUTION.replace("2 * x", "3 * x"))
    files = ("--json", "r.json", "--junit", "ci/junit.xml", "--markdown", "ci/summary.md")
    command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--audience", "staff", *files)
    mismatch = line(saved(Path("r.json")), "double_of_any[5]").mismatch
    assert mismatch is not None
    for name in ("junit.xml", "summary.md"):
        text = Path("ci", name).read_text(encoding="utf-8")
        assert "double_of_any[5]" in text and mismatch.want not in text


def test_a_ci_gets_all_assignments_in_one_file(command: Command, course: Course) -> None:
    shutil.copytree(course.folder, course.folder.with_name("02-tiny"))
    command("grade", "--root", course.root, "--junit", "junit.xml", "--markdown", "summary.md")
    assert [suite.get("name") for suite in ElementTree.parse("junit.xml").getroot()] == [SLUG, "02-tiny"]
    assert Path("summary.md").read_text(encoding="utf-8").count("<td>02-tiny</td>") == 1


def test_a_practice_run_draws_the_same_inputs_and_an_official_one_fresh_ones(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda bits: 2**bits - 3)
    seeds = []
    for more in ((), ("--official",), ("--official", "--seed", "0")):
        command("grade", SLUG, "--root", course.root, "--json", "r.json", *more)
        seeds.append(saved(Path("r.json")).grader.seed)
    assert seeds == [0, 2**128 - 3, 0]


def test_all_assignments_are_graded_when_none_is_named(command: Command, course: Course) -> None:
    write(course.root / "assignments" / "02-tiny" / "assignment.toml", (course.folder / "assignment.toml").read_bytes())
    for name in ("tiny.py", "test_visible.py"):
        write(course.root / "assignments" / "02-tiny" / name, (course.folder / name).read_bytes())
    found = command("grade", "--root", course.root)
    assert found.code == 0
    assert "01-tiny" in found.out
    assert "02-tiny" in found.out
    assert "everybody starts" in found.out
    names = sorted(path.name for path in Path("report").iterdir())
    assert names == ["01-tiny.html", "02-tiny.html", "index.html", "last-run"]
    index = Path("report", "index.html").read_text(encoding="utf-8")
    assert 'href="01-tiny.html"' in index
    assert 'href="02-tiny.html"' in index


def test_the_next_assignment_comes_after_those_it_needs(command: Command, course: Course) -> None:
    """01-tiny passes; 02-tiny is to come after 03-tiny, and is named last."""
    toml = (course.folder / "assignment.toml").read_text(encoding="utf-8")
    for slug, after in (("02-tiny", 'after = ["03-tiny", "09-elsewhere"]\n'), ("03-tiny", 'after = ["01-tiny"]\n')):
        write(course.root / "assignments" / slug / "assignment.toml", after + toml)
        for name in ("tiny.py", "test_visible.py"):
            write(course.root / "assignments" / slug / name, (course.folder / name).read_bytes())
    write(course.folder / "tiny.py", SOLUTION)
    found = command("grade", "--root", course.root).out
    assert "Passed: 1 of 3. Next comes 03-tiny:" in found
    assert "edit   assignments/03-tiny/tiny.py" in found
    write(course.root / "assignments" / "03-tiny" / "tiny.py", SOLUTION)
    write(course.root / "assignments" / "02-tiny" / "tiny.py", SOLUTION.replace("2 * x", "3 * x"))
    found = command("grade", "--root", course.root).out
    assert "Passed: 2 of 3. Next comes 02-tiny:" in found and "edit   assignments" not in found


# --- one task, and runs that last


def test_a_run_of_one_task_says_so_and_keeps_the_page_of_all(command: Command, course: Course) -> None:
    command("grade", "1", "--root", course.root)
    before = {path: path.read_bytes() for path in Path("report").rglob("*.*")}
    found = command("grade", "1", "--root", course.root, "--task", "total", "--json", "r.json")
    assert "Only total was graded; the other 1 task was not run." in found.out
    assert "0 of 3 visible points (8 in all)" in found.out
    assert "Next: write total (tiny.py, line 12), then run make grade A=01-tiny T=total" in found.out
    assert [each.case for each in saved(Path("r.json")).outcomes] == ["total_of_three"]
    assert Path("report", "01-tiny-total.html").is_file()
    assert {path: path.read_bytes() for path in before} == before


def test_the_cases_that_a_task_needs_are_run_for_it(command: Command, tmp_path: Path) -> None:
    visible = """
        @task("double", points=6)
        def test_double(student):
            assert student.double(1.0) == 2.0

        @task("total", points=3, needs=("double",))
        def test_total(student):
            assert student.total([1.0, 2.0]) == 3.0
    """
    course = make(tmp_path / "course", visible=visible)
    write(course.folder / "tiny.py", SOLUTION.replace("2 * x", "3 * x"))
    command("grade", SLUG, "--root", course.root, "--task", "total", "--json", "r.json")
    assert [(each.case, each.verdict) for each in saved(Path("r.json")).outcomes] == [("total", Verdict.SKIPPED)]


def test_the_next_run_says_what_changed(command: Command, course: Course) -> None:
    assert "since the last run" not in command("grade", SLUG, "--root", course.root).out
    write(course.folder / "tiny.py", SOLUTION.replace("2 * x", "3 * x"))
    found = command("grade", SLUG, "--root", course.root)
    assert "+3 points since the last run; fixed: total\n" in found.out
    assert "+3 points since the last run; fixed: total" in Path("report", "01-tiny.html").read_text(encoding="utf-8")
    assert "since the last run" not in command("grade", SLUG, "--root", course.root).out


def test_grading_one_assignment_keeps_the_rows_of_the_others(command: Command, course: Course) -> None:
    for name in ("assignment.toml", "tiny.py", "test_visible.py"):
        write(course.root / "assignments" / "02-tiny" / name, (course.folder / name).read_bytes())
    command("grade", "--root", course.root)
    write(course.folder / "tiny.py", SOLUTION)
    command("grade", "1", "--root", course.root)
    index = Path("report", "index.html").read_text(encoding="utf-8")
    assert "9 / 9 (of 20)" in index and "passed so far" in index
    assert "0 / 9 (of 20)" in index and "not attempted" in index


def test_a_submission_has_a_folder_of_its_own_and_its_page_names_it(
    command: Command, course: Course, tmp_path: Path
) -> None:
    command("grade", SLUG, "--root", course.root)
    before = {path: path.read_bytes() for path in Path("report").rglob("*.*")}
    kim, lee = (write(tmp_path / name / "tiny.py", SOLUTION) for name in ("kim", "lee"))
    for path in (kim, lee):
        found = command("grade", SLUG, "--root", course.root, "--submission", path)
        assert f"Submission: {path}" in found.out
        assert f"Report: {page_of(path)}" in found.out
        assert f"Submission: {path}" in page_of(path).read_text(encoding="utf-8")
    assert page_of(kim) != page_of(lee)
    assert {path: path.read_bytes() for path in before} == before


def test_the_last_line_is_the_next_step(command: Command, course: Course) -> None:
    step = "Next: write double (tiny.py, line 7), then run make grade A=01-tiny"
    for more in ((), ("--plain",)):
        assert command("grade", SLUG, "--root", course.root, *more).out.splitlines()[-1] == step
    write(course.folder / "tiny.py", SOLUTION)
    out = command("grade", SLUG, "--root", course.root).out
    assert out.splitlines()[-1].endswith("Then hand in your work.")


@pytest.mark.parametrize("arguments", [(), (SLUG,)])
def test_a_terminal_shows_the_last_runs_before_all_are_graded(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]
) -> None:
    run = last_run.LastRun(SLUG, "Tiny", 3.0, 6.0, 12.0, "partly", 1, 2, "", False, "")
    last_run.save(run, Path("report"))
    monkeypatch.setattr(Terminal, "is_terminal", True)
    sentence = f"At the last run 0 of 1 assignment passed; next comes {SLUG}. Now all are graded again."
    plain = " ".join(re.sub(r"\x1b\[[\d;?]*\w", "", command("grade", "--root", course.root, *arguments).out).split())
    assert plain.startswith(sentence) is (not arguments)
    monkeypatch.setattr(Terminal, "is_terminal", False)
    assert "At the last run" not in command("grade", "--root", course.root).out


def test_a_dumb_terminal_gets_lines(command: Command, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    write(course.folder / "tiny.py", SOLUTION)
    monkeypatch.setenv("TERM", "dumb")
    plain = command("grade", SLUG, "--root", course.root).out
    assert "double: 6 of 6 visible points (12 in all), passed so far\n" in plain
    monkeypatch.setenv("TERM", "xterm")
    assert command("grade", SLUG, "--root", course.root, "--plain").out == plain


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["A=5", "TASK=bce"], "make grade does not know TASK."),
        (["a=5"], "make grade does not know a."),
        (["A=5", "T=bce", "L=ko", "PYTHON=python3", "SUBMISSION=my X=1 file.py"], ""),
    ],
)
def test_make_grade_refuses_a_variable_that_it_does_not_know(arguments: list[str], answer: str, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt", ".venv/bin/autograder", ".venv/.ready"):
        write(tmp_path / name, '#!/bin/sh\necho ran: "$@"\n').chmod(0o755)
    make = ["make", "-f", Path(__file__).parents[1] / "Makefile", "grade", *arguments]
    done = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, env=WITHOUT_MAKE)
    if answer:
        assert done.returncode == 2 and answer in done.stdout and "ran:" not in done.stdout
    else:
        assert done.stdout == "ran: grade 5 --task bce --submission my X=1 file.py --lang ko\n"


@pytest.mark.parametrize("folder", ["out[/b]", "out [red]x", "out :smile: it"])
def test_a_folder_of_any_name_is_printed_as_it_is(command: Command, course: Course, folder: str) -> None:
    found = command("grade", SLUG, "--root", course.root, "--html", folder)
    assert found.code == 0
    assert f"Report: {Path(folder, '01-tiny.html')}" in found.out


# --- wrong use: 2 and a sentence

WRONG: dict[str, tuple[Sequence[str], str]] = {
    "unknown assignment": (["grade", "01-tinny"], 'There is no assignment "01-tinny". Did you mean 01-tiny?'),
    "no course": (["grade", "--root", "."], "Run this command in the course folder"),
    "no submission": (["grade", SLUG, "--submission", "none.py"], "none.py cannot be read. Give a folder"),
    "a text": (["grade", SLUG, "--submission", "a.txt"], "a.txt is not a submission. Give a folder, or a .py"),
    "one for two": (["grade", SLUG, SLUG, "--submission", "a.py"], "--submission is for one assignment"),
    "one file for two": (["grade", SLUG, SLUG, "--json", "r.json"], "--json is for one assignment"),
    "device": (["grade", SLUG, "--device", "tpu"], "'tpu' is not one of 'auto', 'cpu', 'cuda'"),
    "seed": (["grade", SLUG, "--seed", "-1"], "Invalid value for '--seed'"),
    "seed in words": (["grade", SLUG, "--seed", "one"], "Invalid value for '--seed'"),
    "audience": (["grade", SLUG, "--audience", "dean"], "Invalid value for '--audience'"),
    "option": (["grade", SLUG, "--ofical"], "No such option"),
    "task": (
        ["grade", SLUG, "--task", "dubble"],
        'no task "dubble". Did you mean double? The tasks are double, total.',
    ),
    "task of two": (["grade", SLUG, SLUG, "--task", "double"], "--task is for one assignment"),
    "official task": (["grade", SLUG, "--task", "double", "--official"], "an official run grades all tasks"),
    "command": (["grad"], "No such command 'grad'"),
    "batch of two kinds": (
        ["batch", SLUG, "class", "--out", "out", "--practice", "--official"],
        "--practice and --official exclude each other",
    ),
    "batch without out": (["batch", SLUG, "class"], "Missing option '--out'"),
    "batch of nothing": (["batch", SLUG, "none", "--out", "out"], "none is not a folder"),
    "batch of an empty folder": (["batch", SLUG, "empty", "--out", "out"], "contains no submission"),
    "report of nothing": (["report", "none.json"], "none.json cannot be read"),
    "report of bytes": (["report", "bytes.json"], "bytes.json cannot be read"),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_wrong_use_is_told_in_a_sentence(
    command: Command, course: Course, arguments: Sequence[str], sentence: str
) -> None:
    write(Path("a.py"), SOLUTION)
    write(Path("a.txt"), "hello")
    write(Path("bytes.json"), b"\xff\xfe")
    Path("empty").mkdir()
    root = [] if "--root" in arguments or arguments[0] in ("report", "grad") else ["--root", str(course.root)]
    found = command(*arguments, *root)
    assert found.code == 2
    assert sentence in found.err
    assert "Traceback" not in found.err
    assert not Path("report").exists()
    assert not Path("out").exists()


def test_no_command_shows_what_there_is(command: Command) -> None:
    found = command()
    for name in ("grade", "batch", "report", "doctor"):
        assert name in found.out + found.err


# --- staff errors: 3 and 4, and nothing is written

NO_CASE = tiny_course.VISIBLE.replace('@task("total", points=3, hint="Add up all entries.")\n', "")

STAFF: dict[str, tuple[dict[str, str], str]] = {
    "a case that raises": (
        {"hidden": tiny_course.HIDDEN.replace("rng.normal(size=7)", "rng.no_such_thing")},
        "the case total_of_any does not pass on the solution",
    ),
    "a case without a task": ({"visible": NO_CASE}, "test_total_of_three has no @task"),
    "the solution": ({"solution": SOLUTION.replace("2 * x", "3 * x")}, "double_of_two does not pass on the solution"),
    "a mistake": ({"mistake": "def f(:\n"}, "odd.py, line 1: Python cannot read this line"),
    "assignment.toml": ({"toml": "title = 3\n"}, "assignments/01-tiny/assignment.toml, line 1: title is 3; write text"),
    "not TOML": ({"toml": 'title = "A"\npoints =\n'}, "assignments/01-tiny/assignment.toml, line 2: "),
    "no solution": ({"gone": "solutions"}, "has no folder in solutions/"),
    "no cases": ({"gone": "assignments/01-tiny/test_visible.py"}, "test_visible.py is missing"),
}


@pytest.mark.parametrize(("broken", "sentence"), STAFF.values(), ids=STAFF.keys())
def test_a_broken_course_is_told_to_staff_and_nobody_is_graded(
    command: Command, tmp_path: Path, broken: dict[str, str], sentence: str
) -> None:
    course = make(
        tmp_path / "course", **{key: broken[key] for key in ("visible", "hidden", "solution") if key in broken}
    )
    if "mistake" in broken:
        write(course.solution / "mistakes" / "odd.py", broken["mistake"])
    if "toml" in broken:
        write(course.folder / "assignment.toml", broken["toml"])
    if "gone" in broken:
        (course.root / broken["gone"]).rename(tmp_path / "gone")
    path = write(tmp_path / "class" / "kim.py", SOLUTION)
    grade = command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--json", "out/r.json")
    batch = command("batch", SLUG, path.parent, "--root", course.root, "--official", "--out", "out")
    for found in (grade, batch):
        assert found.code == 4
        assert sentence in found.err
        assert "points" not in found.out
    assert list(Path().iterdir()) == []


def test_points_that_do_not_add_up_are_a_note_for_the_author_and_an_error_for_a_class(
    command: Command, tmp_path: Path
) -> None:
    course = make(tmp_path / "course", hidden=tiny_course.HIDDEN.replace("points=5", "points=6"))
    path = write(tmp_path / "class" / "kim.py", SOLUTION)
    grade = command("grade", SLUG, "--root", course.root, "--submission", path, "--official")
    assert grade.code == 0
    assert "do not add up to those of the tasks yet (total: 9 / 8). Until they do, no class" in grade.out
    assert "Total  21 of 21 points" in grade.out
    batch = command("batch", SLUG, path.parent, "--root", course.root, "--official", "--out", "out")
    assert batch.code == 4
    assert "the cases of total are worth 9 points together, but assignment.toml gives the task 8." in batch.err
    assert not Path("out").exists()


def test_a_broken_case_is_told_with_its_file_and_line(command: Command, tmp_path: Path) -> None:
    course = make(tmp_path / "course", hidden=tiny_course.HIDDEN.replace("rng.normal(size=7)", "rng.no_such_thing"))
    text = (course.solution / "test_hidden.py").read_text()
    number = text[: text.index("rng.no_such_thing")].count("\n") + 1
    found = command("grade", SLUG, "--root", course.root, "--official")
    assert f'test_hidden.py", line {number}' in found.err
    assert found.err.rstrip().endswith("[case]")


def test_official_grading_without_the_whole_wall_ends_with_3(
    command: Command, course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks_resource_limits(supervisor, monkeypatch)
    for arguments in (["grade", SLUG], ["batch", SLUG, course.solution, "--out", "out"]):
        found = command(*arguments, "--root", course.root, "--official")
        assert found.code == 3
        assert "missing here: resource limits" in found.err
    assert list(Path().iterdir()) == []
    practice = command("grade", SLUG, "--root", course.root)
    assert practice.code == 0
    assert "Sandbox layers missing on this machine: resource limits." in practice.out


def test_a_case_that_breaks_through_our_fault_ends_with_4_and_costs_nothing(command: Command, tmp_path: Path) -> None:
    visible = """
        from autograder.errors import DataError

        @task("double", points=6)
        def test_double(student):
            if student.double(1.0) != 2.0:
                raise DataError("the disk is gone")

        @task("total", points=3)
        def test_total_of_three(student):
            assert student.total([1.0, 2.0]) == 3.0
    """
    course = make(tmp_path / "course", visible=visible)
    path = write(tmp_path / "class" / "kim.py", SOLUTION.replace("2 * x", "3 * x"))
    grade = command("grade", SLUG, "--root", course.root, "--submission", path, "--json", "r.json")
    batch = command("batch", SLUG, path.parent, "--root", course.root, "--out", "out")
    assert (grade.code, batch.code) == (4, 5)
    assert "01-tiny: the case double failed because of an error in the grader: the disk is gone" in grade.err
    assert "kim: the case double failed because of an error in the grader" in batch.err
    assert "3 of 3 visible points (20 in all)" in grade.out
    assert "Incomplete" in grade.out
    assert "the disk is gone" not in grade.out
    assert not saved(Path("r.json")).complete
    assert Path("out", "staff", "grades.csv").is_file()


UNWRITABLE: dict[str, tuple[Sequence[str], str]] = {
    "a file above the pages": (["grade", SLUG, "--html", "file/report"], "file/report cannot be written"),
    "a file in place of the folder": (["grade", SLUG, "--html", "file"], "file cannot be written"),
    "a file above the json": (["grade", SLUG, "--json", "file/r.json"], "file cannot be written"),
    "a folder in place of the json": (
        ["grade", SLUG, "--json", "folder"],
        "folder cannot be written, because it is a folder",
    ),
    "a place that not even root can write": (["grade", SLUG, "--html", "/proc/nope"], "/proc/nope cannot be written"),
    "a json that not even root can write": (["grade", SLUG, "--json", "/proc/r.json"], "/proc cannot be written"),
    "a folder in place of the summary": (["grade", SLUG, "--markdown", "folder"], "folder cannot be written, because"),
    "a file above the JUnit file": (["grade", SLUG, "--junit", "file/j.xml"], "file cannot be written"),
    "a class that not even root can write": (["batch", SLUG, "class", "--out", "/proc/nope"], "/proc/nope cannot be"),
    "a class below a file": (["batch", SLUG, "class", "--out", "file/out"], "file/out cannot be written"),
    "a report below a file": (["report", "r.json", "--html", "file/out"], "file/out cannot be written"),
}


@pytest.mark.parametrize(("arguments", "sentence"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_a_place_that_cannot_be_written_is_named_before_anything_is_graded(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], sentence: str
) -> None:
    write(Path("file"), "")
    Path("folder").mkdir()
    write(Path("class", "kim.py"), SOLUTION)
    command("grade", SLUG, "--root", course.root, "--json", "r.json")

    def graded(*args: object, **kwargs: object) -> Report:
        raise AssertionError("graded before it was clear that the report can be written")

    monkeypatch.setattr("autograder.grading.session.grade_one", graded)
    monkeypatch.setattr("autograder.batch.runner.grade_class", graded)
    root = [] if arguments[0] == "report" else ["--root", str(course.root)]
    found = command(*arguments, *root)
    assert (found.code, "points" in found.out) == (2, False)
    assert sentence in found.err
    assert found.err.rstrip().endswith("[report-write]")


def test_a_disk_that_fills_up_afterwards_ends_with_4(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    found = command("grade", SLUG, "--root", course.root)
    assert found.code == 4
    assert "cannot be written: No space left on device" in found.err
    assert found.err.rstrip().endswith("[report-write]")


def test_an_interrupt_ends_in_good_order(command: Command, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **kwargs: object) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.grading.session.grade_one", interrupted)
    found = command("grade", SLUG, "--root", course.root)
    assert found.code == 130
    assert "Traceback" not in found.err
    assert not Path("report").exists()


# --- report


def test_a_saved_report_is_rendered_again_without_grading(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = command("grade", SLUG, "--root", course.root, "--official", "--html", "a", "--json", "r.json")
    monkeypatch.delattr("autograder.workers.supervisor.Supervisor")
    again = command("report", "r.json", "--html", "b")
    assert again.code == 0
    assert again.out == first.out.replace(str(Path("a", "01-tiny.html")), str(Path("b", "01-tiny.html")))
    assert Path("a", "01-tiny.html").read_bytes() == Path("b", "01-tiny.html").read_bytes()


def test_a_report_for_staff_shows_more(command: Command, course: Course) -> None:
    path = write(Path("tiny.py"), SOLUTION.replace("2 * x", "3 * x"))
    command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--json", "r.json")
    mismatch = line(saved(Path("r.json")), "double_of_any[5]").mismatch
    assert mismatch is not None
    assert mismatch.want in command("report", "r.json", "--audience", "staff").out
    assert mismatch.want not in command("report", "r.json").out


@pytest.mark.parametrize(
    ("text", "slug"), [("{}", "report-damaged"), ("no json", "report-damaged"), ('{"schema": 99}', "report-schema")]
)
def test_a_file_that_is_no_report_is_told(command: Command, text: str, slug: str) -> None:
    found = command("report", write(Path("r.json"), text))
    assert found.code == 4
    assert "r.json" in found.err
    assert found.err.rstrip().endswith(f"[{slug}]")
    assert not Path("report").exists()


# --- language

KO = """
"A tiny assignment" = "작은 과제"
"The double" = "두 배"
"Twice two is four." = "2의 두 배는 4입니다."
"Add up all entries." = "모든 원소를 더하십시오."
"""


@pytest.fixture
def korean(course: Course) -> Course:
    write(course.folder / "ko.toml", KO)
    return course


@pytest.mark.slow
def test_the_language_is_that_of_the_option_else_of_the_environment_else_of_the_assignment(
    command: Command, korean: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = (korean.folder / "assignment.toml").read_text(encoding="utf-8")

    def titles() -> str:
        current_language = []
        for more in ((), ("--lang", "ko"), ("--lang", "en")):
            out = command("grade", SLUG, "--root", korean.root, "--json", "r.json", *more).out
            language = saved(Path("r.json")).language
            assert ("작은 과제" in out, "합계  공개 케이스 9점 중 0점(전체 20점)" in out, "보고서: " in out) == (
                language == "ko",
            ) * 3
            current_language.append(str(language))
        return " ".join(current_language)

    assert titles() == "en ko en"
    monkeypatch.setenv("AUTOGRADER_LANG", "ko")
    assert titles() == "ko ko en"
    write(korean.folder / "assignment.toml", 'language = "ko"\n' + toml)
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    assert titles() == "en ko en"
    monkeypatch.setenv("AUTOGRADER_LANG", "")
    assert titles() == "ko ko en"


def test_a_language_that_nobody_wrote_is_wrong_use(
    command: Command, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("class", "kim.py"), SOLUTION)
    for arguments in (["grade", SLUG], ["batch", SLUG, "class", "--out", "out"]):
        found = command(*arguments, "--root", course.root, "--lang", "fr")
        assert (found.code, "'fr' is not one of 'en', 'ko'" in found.err) == (2, True)
        monkeypatch.setenv("AUTOGRADER_LANG", "fr")
        found = command(*arguments, "--root", course.root)
        assert (found.code, "AUTOGRADER_LANG" in found.err) == (2, True)
        monkeypatch.delenv("AUTOGRADER_LANG")
    assert (command("report", "r.json", "--lang", "fr").code, Path("report").exists()) == (2, False)


def test_a_saved_report_keeps_its_language_unless_another_is_asked_for(
    command: Command, korean: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(Path("tiny.py"), SOLUTION.replace("float(np.sum(x))", "float(np.sum(x)) + 1"))
    arguments = ("--root", korean.root, "--submission", path, "--json", "r.json", "--lang", "ko", "--html", "report")
    korean.solution.rename(korean.root / "gone")  # a practice run, as students have it
    first = command("grade", SLUG, *arguments).out
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    again = command("report", "r.json").out
    assert again == first
    assert '<html lang="ko">' in Path("report", "01-tiny.html").read_text(encoding="utf-8")
    english = command("report", "r.json", "--lang", "en").out
    assert ("hint     모든 원소를 더하십시오." in english, "Total  6 of 9 visible points" in english) == (True, True)
    assert '<html lang="en">' in Path("report", "01-tiny.html").read_text(encoding="utf-8")


def test_several_assignments_in_several_languages_are_summed_up_in_english(command: Command, korean: Course) -> None:
    second = korean.root / "assignments" / "02-tiny"
    for name in ("assignment.toml", "tiny.py", "test_visible.py"):
        write(second / name, (korean.folder / name).read_bytes())
    write(second / "assignment.toml", 'language = "ko"\n' + (second / "assignment.toml").read_text())
    mixed = command("grade", "--root", korean.root).out
    assert "not attempted" in mixed
    assert "everybody starts" in mixed
    assert '<html lang="ko">' in Path("report", "02-tiny.html").read_text(encoding="utf-8")
    korean_only = command("grade", "--root", korean.root, "--lang", "ko").out
    assert "미작성" in korean_only
    assert "make grade A=01-tiny L=ko" in korean_only
    assert '<html lang="ko">' in Path("report", "index.html").read_text(encoding="utf-8")


def test_a_class_in_korean(command: Command, korean: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "김철수.py", SOLUTION)
    write(tmp_path / "class" / "zoe.zip", b"no archive at all")
    found = command(
        "batch", SLUG, tmp_path / "class", "--root", korean.root, "--out", "out", "--lang", "ko", "--practice"
    )
    assert (found.code, found.err) == (5, "")
    assert "제출물 2개, 평균" in found.out
    assert "통과 2" in found.out
    assert "압축 파일이 손상되었거나" in found.out
    page = Path("out", "staff", "class.html").read_text(encoding="utf-8")
    assert '<html lang="ko">' in page
    assert "<h1>작은 과제</h1>" in page
    assert {str(saved(path).language) for path in Path("out", "staff").glob("01-tiny*.json")} == {"ko"}


def test_a_bad_table_of_sentences_is_told_and_nobody_is_graded(command: Command, korean: Course) -> None:
    write(korean.folder / "ko.toml", '"A" = 3\n')
    found = command("grade", SLUG, "--root", korean.root, "--lang", "ko")
    assert (found.code, "assignments/01-tiny/ko.toml: " in found.err) == (4, True)
    assert command("grade", SLUG, "--root", korean.root).code == 0  # nobody reads it in English


# --- batch


@pytest.mark.slow
def test_a_batch_writes_reports_grades_and_a_page(command: Command, course: Course, tmp_path: Path) -> None:
    source = tmp_path / "class"
    write(source / "lee" / "tiny.py", SOLUTION)
    write(source / "kim.py", STUB)
    write(source / "kim-b.py", STUB)  # before kim.py among files, after kim among students
    write(source / "김철수.ipynb", notebook(SOLUTION.replace("2 * x", "3 * x")))
    write(source / "=HYPERLINK(1).py", SOLUTION)
    write(source / "zoe.zip", b"no archive at all")
    found = command("batch", SLUG, source, "--root", course.root, "--out", "out", "--official", "--seed", 4)
    assert (found.code, found.err) == (5, "")
    assert "Needs a human: 1 submission, " in found.out
    attention = Path("out", "staff", "needs-a-human.html").read_text(encoding="utf-8")
    assert "zoe" in attention and "kim" not in attention and "The upload could not be opened." in attention
    rows = list(csv.reader(io.StringIO(Path("out", "staff", "grades.csv").read_text(encoding="utf-8-sig"))))
    assert [row[:5] for row in rows] == [
        ["student", "earned", "possible", "double", "total"],
        ["'=HYPERLINK(1)", "20.0", "20.0", "12.0", "8.0"],
        ["kim", "0.0", "20.0", "0.0", "0.0"],
        ["kim-b", "0.0", "20.0", "0.0", "0.0"],
        ["lee", "20.0", "20.0", "12.0", "8.0"],
        ["zoe", "0.0", "20.0", "0.0", "0.0"],
        ["김철수", "8.0", "20.0", "0.0", "8.0"],
    ]
    page = Path("out", "staff", "class.html").read_text(encoding="utf-8")
    pages = sorted(path.name for path in Path("out", "students").glob("01-tiny*.html"))
    assert len(pages) == 6
    assert all(f'href="../students/{name}"' in page for name in pages)
    reports = [saved(path) for path in Path("out", "staff").glob("01-tiny*.json")]
    assert sorted(report.submission.student or "" for report in reports) == [row[0].lstrip("'") for row in rows[1:]]
    assert {report.grader.seed for report in reports} == {4}
    assert "6 submissions, mean 8 of 20 points" in found.out
    assert "damaged or is not a zip archive" in found.out


MEASURED = VISIBLE.replace("three(student):", "three(student, measure):").replace(
    "    assert_close(student.total(np.array([1.0, 2.0, 3.0])), 6.0)",
    '    got = student.total(np.array([1.0, 2.0, 3]))\n    measure("sum", got, "points")\n    require(got > 5, "No.")',
)


@pytest.mark.parametrize(("lang", "words"), [("en", ("Leaderboard", "rank")), ("ko", ("순위표", "순위"))])
def test_a_class_that_is_measured_has_a_leaderboard(
    command: Command, tmp_path: Path, lang: str, words: tuple[str, str]
) -> None:
    course = make(tmp_path / "course", visible=MEASURED)
    write(course.folder / "ko.toml", '"sum" = "합"\n"points" = "점"\n')
    for name, total in {"kim": "6.0", "김철수": "8.0", "lee": "5.0", "<b>": "6.00001", "zoe": "'8'"}.items():
        source = f"def double(x):\n    return 2 * x\n\n\ndef total(x):\n    return {total}\n"
        write(tmp_path / "class" / f"{name}.py", source)
    found = command(
        "batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out", "--lang", lang, "--practice"
    )
    assert (found.code, found.err) == (0, "")
    name, unit = ("sum", "points") if lang == "en" else ("합", "점")
    board = found.out[found.out.index(words[0]) :]
    assert words[1] in board and f"8 {unit}" in board and "lee" not in board and "zoe" not in board
    page = Path("out", "staff", "class.html").read_text(encoding="utf-8")
    pattern = r'"number">(\d)</td>.*?href="([^"]+)">([^<]+)<.*"number">(.*?)</td>'
    lines = re.findall(pattern, page.partition(words[0])[2])
    assert [(rank, student, value) for rank, _, student, value in lines] == [
        ("1", "김철수", f"8 {unit}"), ("2", "&lt;b&gt;", f"6 {unit}"), ("2", "kim", f"6 {unit}"),
    ]  # fmt: skip
    assert all(Path("out", "staff", address).is_file() for _, address, _, _ in lines)
    reports = [saved(Path("out", "staff", f"01-tiny-{each}.json")) for each in ("kim", "lee", "zoe")]
    kim, lee, zoe = (line(report, "total_of_three") for report in reports)
    assert kim.measure == Measure(name, 6.0, unit)
    assert (lee.measure, lee.verdict) == (Measure(name, 5.0, unit), Verdict.FAILED)
    assert (zoe.measure, zoe.verdict) == (None, Verdict.FAILED)
    assert f"{name}: 5 {unit}" in Path("out", "students", "01-tiny-lee.html").read_text(encoding="utf-8")


def test_a_class_page_is_for_students_and_its_json_for_staff(command: Command, course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION.replace("2 * x", "3 * x"))
    command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out", "--official")
    mismatch = line(saved(Path("out", "staff", "01-tiny-kim.json")), "double_of_any[5]").mismatch
    assert mismatch is not None
    for name in ("students/01-tiny-kim.html", "staff/class.html", "staff/grades.csv"):
        assert mismatch.want not in Path("out", name).read_text(encoding="utf-8")


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_for_students_holds_nothing_of_a_hidden_case(
    command: Command, course: Course, tmp_path: Path
) -> None:
    source = SOLUTION.replace("2 * x", "3 * x + print('printed', x)") + "\nprint('at the top')\n"
    write(tmp_path / "class" / "kim.py", source.replace("3 * x + print('printed', x)", "(print('seen', x), 3 * x)[1]"))
    command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out", "--seed", 12345)
    report = saved(Path("out", "staff", "01-tiny-kim.json"))
    hidden = [each for each in report.outcomes if not each.visible and each.mismatch]
    secrets_of_report = {each.mismatch.want for each in hidden if each.mismatch} | {each.call for each in hidden}
    secrets_of_report |= {line for each in hidden for line in each.output.splitlines()} | {"12345"}
    secrets_of_report -= {line for each in report.outcomes if each.visible for line in each.output.splitlines()}
    assert len(secrets_of_report) > 5
    for path in Path("out", "students").rglob("*"):
        text = path.read_text(encoding="utf-8")
        assert [secret for secret in secrets_of_report if secret in text] == []
    assert files_in(Path("out", "students")) == {"01-tiny-kim.html"}
    assert Path("out", "staff").stat().st_mode & 0o777 == 0o700


def test_a_batch_is_official_unless_it_is_practice_and_says_so(
    command: Command, course: Course, tmp_path: Path
) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    arguments = ("batch", SLUG, tmp_path / "class", "--root", course.root)
    assert "PRACTICE" not in command(*arguments, "--out", "official").out
    assert saved(Path("official", "staff", "01-tiny-kim.json")).official
    found = command(*arguments, "--out", "practice", "--practice")
    assert found.out.startswith("PRACTICE  A practice run of the visible cases; it is not a grade.")
    assert not Path("practice", "staff", "grades.csv").exists()
    table = Path("practice", "staff", "practice.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in table] == ["PRACTICE", "PRACTICE"]
    page = Path("practice", "staff", "class.html").read_text(encoding="utf-8").partition("<main")[2]
    assert page.index("practice") < page.index("A tiny assignment")


def test_a_run_writes_over_no_results_of_another_kind_or_version(
    command: Command, course: Course, tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    arguments = ("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out")
    command(*arguments)
    before = {name: Path("out", name).read_bytes() for name in files_in(Path("out"))}
    refused = [(command(*arguments, "--practice"), "out holds official results, and this run is practice.")]
    write(course.folder / "README.md", "A new version.")
    refused.append((command(*arguments), "out holds results of another version of 01-tiny"))
    command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "weak", "--practice")
    lacks_resource_limits(supervisor, monkeypatch)
    weak = command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "weak", "--practice")
    refused.append((weak, "a run with the full sandbox, and this one has the partial sandbox"))
    write(Path("mine", "students", "kim.txt"), "mine")
    mine = command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "mine")
    refused.append((mine, "mine/students is not a folder of an earlier run"))
    for found, sentence in refused:
        assert (found.code, sentence in found.err) == (2, True), found.err
        assert found.err.rstrip().endswith("Name another folder with --out, or move this one away. [results-folder]")
    assert {name: Path("out", name).read_bytes() for name in files_in(Path("out"))} == before


def test_an_interrupted_batch_leaves_whole_reports(
    command: Command, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / "class" / f"{name}.py", SOLUTION)
    written = page.write

    def interrupting(report: Report, folder: Path, **more: object) -> Path:
        if report.submission.student == "b":
            raise KeyboardInterrupt
        return written(report, folder, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(page, "write", interrupting)
    found = command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out")
    assert found.code == 130
    ended = "1 of 3 pending submissions are graded and kept. Run the same command again to grade the rest."
    assert found.err == f"autograder: Interrupted: {ended}\n"
    assert [path.name for path in Path("out", "students").iterdir()] == ["01-tiny-a.html"]
    assert [path.name for path in Path("out", "staff").glob("01-*")] == ["01-tiny-a.json"]
    assert not Path("out", "staff", "grades.csv").exists()
    assert saved(Path("out", "staff", "01-tiny-a.json")).score.earned == 20.0


# --- bad input and faults: a sentence for that case or file, and the others are graded


@dataclass(frozen=True)
class Fault:
    """A submission with a fault in ``double``, what is said of it, and what becomes of the case ``double_of_two``."""

    source: str | bytes
    words: str
    verdict: Verdict = Verdict.ERRORED
    others: Verdict = Verdict.PASSED
    shown: str = ""  # on the terminal, if it is not ``words``


def faulty(body: str) -> str:
    """A submission with this body of ``double`` and a right ``total``."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    head = "import ctypes\nimport os\nimport sys\nimport threading\n\nimport numpy as np\n\n\n"
    return f"{head}def double(x):\n{lines}\n\n\ndef total(x):\n    return float(np.sum(x))\n"


ERRORED, CRASHED = Verdict.ERRORED, Verdict.CRASHED

FAULTS = {
    "syntax error": Fault(faulty("return 2 *"), "tiny.py, line 10: Python cannot read this line: ", others=ERRORED),
    "tabs and spaces": Fault(
        "def double(x):\n    if True:\n\treturn 2 * x\n",
        "tiny.py, line 3: Python cannot read this line: ",
        others=ERRORED,
    ),
    "missing function": Fault(
        "def total(x):\n    return float(sum(x))\n", "tiny.py does not define double. Did you rename"
    ),
    "misnamed function": Fault(
        faulty("return 2 * x").replace("def double", "def Double"),
        "tiny.py does not define double, but it defines Double. Rename it to double.",
    ),
    "overwritten function": Fault(
        faulty("return 2 * x") + "\n\ndouble = double(3)\n", "double in tiny.py is not a function"
    ),
    "wrong signature": Fault(
        faulty("return 2").replace("double(x)", "double()"),
        "double(x) could not be called this way: double() takes 0 positional arguments but 1 was given. Compare the",
    ),
    "one parameter too many": Fault(
        faulty("return 2 * x").replace("double(x)", "double(x, factor)"),
        "missing 1 required positional argument: 'factor'. Compare the parameters of your function with the stub.",
    ),
    "empty file": Fault("", "tiny.py does not define double. Did you rename or delete it?", others=ERRORED),
    "not UTF-8": Fault(
        SOLUTION.encode() + "# 한글\n".encode("euc-kr"), "tiny.py is not UTF-8 text. Save it as UTF-8", others=ERRORED
    ),
    "a null byte": Fault(SOLUTION.encode() + b"\0", "tiny.py", others=ERRORED),
    "missing package": Fault(
        "import no_such_package\n\n" + faulty("return no_such_package.twice(x)"),
        "no_such_package is not available in this assignment (tiny.py, line 12). You can import the",
    ),
    "raises": Fault(
        faulty("return x.twice()"), "double(x) raised AttributeError: 'numpy.ndarray' object has no attribute"
    ),
    "infinite recursion": Fault(faulty("return double(x)"), "double(x) called itself without end (RecursionError)."),
    "asks for input": Fault(faulty("return float(input('x? '))"), "double(x) waits for the keyboard"),
    "segmentation fault": Fault(
        faulty("return ctypes.string_at(0)"), "double(x) crashed the interpreter (SIGSEGV).", CRASHED
    ),
    "abort": Fault(faulty("os.abort()"), "double(x) crashed the interpreter (SIG", CRASHED),
    "os._exit": Fault(faulty("os._exit(0)"), "double(x) ended the whole program (exit status 0).", CRASHED),
    "sys.exit": Fault(faulty("sys.exit(1)"), "double(x) ends the program: sys.exit(1)"),
    "sends a signal": Fault(faulty("os.kill(os.getpid(), 9)"), "double(x) raised PermissionError"),
    "starts a process": Fault(faulty("os.fork()\nreturn 2 * x"), "double(x) raised PermissionError"),
    "reads a file": Fault(
        faulty("return len(open('/etc/passwd').read())"), "double(x) raised FileNotFoundError: [Errno 2] No such file"
    ),
    "writes to the connection": Fault(
        faulty("os.write(3, b'x' * 64)"), "double(x) wrote to the grader's connection or closed it.", CRASHED
    ),
    "closes every descriptor": Fault(
        faulty("os.closerange(0, 64)\nreturn 2 * x"),
        "double(x) wrote to the grader's connection or closed it.",
        CRASHED,
    ),
    "an array of 10 GB": Fault(
        faulty("return np.ones(10**10 // 8)"),
        "double(x) needed more memory than the 1024 MiB allowed.",
        Verdict.OUT_OF_MEMORY,
    ),
    "an array of 300 MB": Fault(faulty("return np.zeros(40_000_000)"), "double(x) returned too much data", ERRORED),
    "an endless loop": Fault(
        faulty("if x.size == 1 and x[0] == 2:\n    while True:\n        pass\nreturn 2 * x"),
        "double(x) did not finish within 0.3 seconds. Look for a loop whose condition never becomes false.",
        Verdict.TIMED_OUT,
    ),
    "sleeps": Fault(
        faulty("import time\nif x.size == 1 and x[0] == 2:\n    time.sleep(1000)\nreturn 2 * x"),
        "double(x) did not finish within 0.3 seconds.",
        Verdict.TIMED_OUT,
    ),
    "not attempted": Fault(
        faulty("raise NotImplementedError"),
        "double is still the stub. Replace the line",
        Verdict.NOT_ATTEMPTED,
        shown="Not started: double",
    ),
}


def handed(command: Command, tmp_path: Path, path: Path, *, waits: bool = False) -> tuple[Finished, Report]:
    """Grade what lies at ``path`` officially; with short limits of time if the grader ``waits`` for them."""
    course = make(tmp_path / "course")
    limits = "call_s = 0.3\ncell_s = 0.3\nload_s = 0.5" if waits else "call_s = 20.0"
    toml = (course.folder / "assignment.toml").read_text().replace("call_s = 1.0", limits)
    write(course.folder / "assignment.toml", toml)
    found = command("grade", SLUG, "--root", course.root, "--submission", path, "--official", "--json", "r.json")
    return found, saved(Path("r.json"))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_in_a_sentence_and_the_others_are_graded(
    command: Command, tmp_path: Path, supervisor: Supervisor, fault: Fault
) -> None:
    path = write(tmp_path / "kim" / "tiny.py", fault.source).parent
    found, report = handed(command, tmp_path, path, waits=fault.verdict is Verdict.TIMED_OUT)
    assert (found.code, found.err) == (0, "")
    assert fault.words in line(report, "double_of_two").message
    assert (fault.shown or fault.words) in found.out
    assert line(report, "double_of_two").verdict is fault.verdict
    assert line(report, "total_of_three").verdict is fault.others
    assert report.complete
    assert report.score.earned < 20
    assert tiny_course.workers(supervisor) == []


def test_a_missing_package_that_no_case_needs_costs_no_point_and_is_a_note(command: Command, tmp_path: Path) -> None:
    note = "tiny.py, line 1: no_such_package is not available"
    found, report = handed(command, tmp_path, write(tmp_path / "tiny.py", "import no_such_package\n" + SOLUTION))
    assert found.code == 0 and report.score.earned == report.score.possible
    assert [each.startswith(note) for each in report.notes] == [True] and note in found.out


def test_an_endless_top_level_costs_nothing_and_is_said_once(command: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "tiny.py", SOLUTION + "\nwhile True:\n    pass\n")
    found, report = handed(command, tmp_path, path, waits=True)
    assert report.score.earned == report.score.possible
    said = " ".join(found.out.split())
    assert said.count("was still running after 0.3 seconds, so it was stopped.") == 1
    assert 'Put code that trains or tries something below if __name__ == "__main__":' in said


def test_what_fails_every_case_is_said_once(command: Command, tmp_path: Path) -> None:
    sentence = "tiny.py, line 10: Python cannot read this line: invalid syntax."
    found, report = handed(command, tmp_path, write(tmp_path / "tiny.py", faulty("return 2 *")))
    assert found.out.count(sentence) == 1
    assert "\n    10 | return 2 *\n                   ^\n" in found.out
    assert "Next: correct line 10 of tiny.py, then run" in found.out
    page = page_of(tmp_path / "tiny.py").read_text(encoding="utf-8")
    assert page.count(sentence) == 1
    for text in (found.out, page):
        assert "double_of_two" not in text and "<nav" not in text
    assert {each.message for each in report.outcomes if each.verdict is ERRORED} == {sentence}  # whole for each case


def test_what_fails_some_cases_is_said_for_each_of_them(command: Command, tmp_path: Path) -> None:
    found, _ = handed(command, tmp_path, write(tmp_path / "tiny.py", "def total(x):\n    return float(sum(x))\n"))
    assert found.out.count("tiny.py does not define double.") == 4
    assert "See the top" not in found.out


def test_rerun_names_the_submission(command: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "김철수의 과제" / "tiny.py", faulty("return 3 * x"))
    found, report = handed(command, tmp_path, path)
    assert report.submission.path == str(path)
    assert f"rerun    make grade A=01-tiny SUBMISSION='{path}'\n" in found.out
    assert f"make grade A=01-tiny SUBMISSION=&#39;{path}&#39;" in page_of(path).read_text("utf-8")
    again = command("report", "r.json").out
    assert f"SUBMISSION='{path}'\n" in again


def test_rerun_of_a_working_copy_and_in_a_class_names_none(command: Command, course: Course, tmp_path: Path) -> None:
    write(course.folder / "tiny.py", faulty("return 3 * x"))
    found = command("grade", SLUG, "--root", course.root)
    assert "rerun    make grade A=01-tiny " in found.out
    assert "SUBMISSION" not in found.out
    write(tmp_path / "class" / "kim.py", faulty("return 3 * x"))
    command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out")
    assert "SUBMISSION" not in Path("out", "students", "01-tiny-kim.html").read_text(encoding="utf-8")


def test_an_object_in_place_of_an_array_is_named_in_words(command: Command, tmp_path: Path) -> None:
    source = "class Pair:\n    pass\n\n\n" + faulty("return Pair()")
    found, _ = handed(command, tmp_path, write(tmp_path / "tiny.py", source))
    assert "got an object of class Pair, want numpy array" in found.out
    assert "StudentObject" not in found.out


def test_output_without_end_is_cut(command: Command, tmp_path: Path) -> None:
    body = "if x.size == 1 and x[0] == 2:\n    for i in range(1000):\n        print('z' * 100_000)\nreturn 3 * x"
    found, report = handed(command, tmp_path, write(tmp_path / "tiny.py", faulty(body)))
    assert found.code == 0
    assert line(report, "double_of_two").verdict is Verdict.FAILED
    assert line(report, "total_of_three").verdict is Verdict.PASSED
    output = line(report, "double_of_two").output
    assert output.startswith("zzz")
    assert output.endswith(" more bytes]")
    assert "characters left out" in found.out
    assert max(path.stat().st_size for path in (Path("r.json"), page_of(tmp_path / "tiny.py"))) < 200_000


UNHARMED = {
    "a thread that never ends": "threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()",
    "a numpy of its own": "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True",
    "other warnings": "np.seterr(all='raise')",
    "other descriptors": "sys.stdout = sys.stderr = None",
    "a file that stays": "open('left', 'w').write('x' * 1000)",
}


@pytest.mark.parametrize("body", UNHARMED.values(), ids=UNHARMED.keys())
def test_what_a_right_answer_does_beside_harms_nothing(
    command: Command, tmp_path: Path, supervisor: Supervisor, body: str
) -> None:
    found, report = handed(command, tmp_path, write(tmp_path / "tiny.py", faulty(f"{body}\nreturn 2 * x")))
    assert (found.code, found.err) == (0, "")
    assert report.score.earned == 20.0
    assert tiny_course.workers(supervisor) == []


def test_a_submission_that_kills_its_parent_harms_itself_alone(
    command: Command, course: Course, tmp_path: Path
) -> None:
    body = "if x.size > 1:\n    os.kill(os.getppid(), 9)\nreturn 3 * x"
    for student, source in (("a", SOLUTION), ("b", faulty(body)), ("c", SOLUTION)):
        write(tmp_path / "class" / f"{student}.py", source)
    found = command("batch", SLUG, tmp_path / "class", "--root", course.root, "--out", "out", "--official")
    assert (found.code, found.err) == (0, "")
    reports = [saved(Path("out", "staff", f"01-tiny-{student}.json")) for student in "abc"]
    assert [report.score.earned == 20.0 for report in reports] == [True, False, True]
    assert all(report.complete for report in reports)


BOMB = b"\0" * (30 * 2**20)

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a path out of the archive": (
        lambda at: archive(at / "kim.zip", {"../../tiny.py": SOLUTION}),
        "The path ../../tiny.py leads out of your submission",
    ),
    "an absolute path": (
        lambda at: archive(at / "kim.zip", {"/etc/passwd": "root"}),
        "The path /etc/passwd leads out of your submission",
    ),
    "a bomb": (lambda at: archive(at / "kim.zip", {"tiny.py": BOMB}), "Unpacked, your submission is larger than 20 MB"),
    "no archive": (
        lambda at: write(at / "kim.zip", b"PK\3\4 and no more"),
        "The archive is damaged or is not a zip archive",
    ),
    "a damaged notebook": (lambda at: write(at / "tiny.ipynb", '{"cells": ['), "The notebook is damaged"),
    "a notebook of another kind": (lambda at: write(at / "tiny.ipynb", "[]"), "The notebook is damaged"),
    "a file that is too large": (lambda at: write(at / "tiny.py", BOMB), "tiny.py is larger than the limit of 10 MB"),
}


@pytest.mark.parametrize(("form", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_an_upload_that_cannot_be_opened_is_refused_in_a_sentence(
    command: Command, tmp_path: Path, form: Callable[[Path], Path], words: str
) -> None:
    path = form(tmp_path / "handed in")
    found, report = handed(command, tmp_path, path)
    assert (found.code, found.err) == (0, "")
    assert words in found.out
    assert [words in note for note in report.notes] == [True]
    assert (report.score.earned, report.score.possible) == (0.0, 20.0)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


WRONG_NAMES = {
    "misspelt": ("tinny.py", "tiny.py is missing, but there is a file named tinny.py. Rename it to tiny.py."),
    "a copy": ("tiny (1).py", "tiny.py is missing, but there is a file named tiny (1).py. Rename it to tiny.py."),
    "a text": ("tiny.py.txt", "tiny.py is missing, but there is a file named tiny.py.txt. Rename it to tiny.py."),
    "something else": ("essay.md", "tiny.py is missing. Hand in a file with exactly this name."),
}


@pytest.mark.parametrize(("name", "sentence"), WRONG_NAMES.values(), ids=WRONG_NAMES.keys())
def test_a_wrong_file_name_is_told(command: Command, tmp_path: Path, name: str, sentence: str) -> None:
    write(tmp_path / "kim" / "notes.md", "notes")
    found, report = handed(command, tmp_path, write(tmp_path / "kim" / name, SOLUTION).parent)
    assert found.code == 0
    assert {each.message for each in report.outcomes if each.verdict is Verdict.ERRORED} == {sentence}
    assert sentence in found.out
    assert (report.score.earned, report.complete) == (0.0, True)


def test_a_notebook_is_told_by_cell_and_line(command: Command, tmp_path: Path) -> None:
    cells = (
        "import numpy as np",
        "# mine\ndef double(x):\n    return x.twice()",
        "def total(x):\n    return float(sum(x))",
    )
    found, report = handed(command, tmp_path, write(tmp_path / "tiny.ipynb", notebook(*cells)))
    assert "(tiny.ipynb, cell 2, line 3)" in line(report, "double_of_two").message
    assert "(tiny.ipynb, cell 2, line 3)" in found.out
    assert line(report, "total_of_any").verdict is Verdict.PASSED


# --- the whole program


@pytest.mark.slow
def test_the_program_runs_as_a_module(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", SOLUTION)
    arguments = ["batch", SLUG, str(tmp_path / "class"), "--root", str(course.root), "--out", "out", "--official"]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments], cwd=tmp_path, capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"20 / 20" in done.stdout
    assert saved(tmp_path / "out" / "staff" / "01-tiny-kim.json").score.earned == 20.0


# --- stubs


MARKED = """
import numpy as np


def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def total(x):
    ### BEGIN SOLUTION
    return float(np.sum(x))
    ### END SOLUTION
"""


def test_stubs_writes_what_is_out_of_date_and_check_only_names_it(command: Command, tmp_path: Path) -> None:
    course = make(tmp_path, solution=MARKED)
    stub = course.folder / "tiny.py"
    before = stub.read_bytes()
    checked = command("stubs", "--check", "--root", tmp_path)
    assert checked.code == 4
    wanted = f"this is not the stub of the solution; run autograder stubs {SLUG}."
    assert checked.err == f"autograder: assignments/{SLUG}/tiny.py, line 2: {wanted}\n"
    assert stub.read_bytes() == before
    assert command("stubs", SLUG, "--root", tmp_path) == Finished(0, f"wrote assignments/{SLUG}/tiny.py\n", "")
    assert 'raise NotImplementedError("Task 2: total")' in stub.read_text(encoding="utf-8")
    assert command("stubs", "--root", tmp_path) == Finished(0, "", "")
    assert command("stubs", "--check", "--root", tmp_path).code == 0


def test_stubs_names_each_error_and_goes_on(command: Command, tmp_path: Path) -> None:
    make(tmp_path, solution=MARKED.replace("    ### END SOLUTION", "    ### END SOLUTIONS", 1))
    other = tmp_path / "assignments" / "02-tiny"
    shutil.copytree(tmp_path / "assignments" / SLUG, other)
    write(tmp_path / "solutions" / "02-tiny" / "tiny.py", MARKED)
    ended = command("stubs", "--root", tmp_path)
    assert ended.code == 4
    assert ended.out == "wrote assignments/02-tiny/tiny.py\n"
    assert f"autograder: solutions/{SLUG}/tiny.py, line 8: '### END SOLUTIONS' resembles a marker; write" in ended.err


def test_stubs_of_an_assignment_without_a_solution(command: Command, tmp_path: Path) -> None:
    make(tmp_path, solution=None)
    assert command("stubs", "--root", tmp_path) == Finished(0, "", "")
    ended = command("stubs", SLUG, "--root", tmp_path)
    assert ended.code == 4
    assert "01-tiny has no solution folder; a stub is made from the solution." in ended.err
