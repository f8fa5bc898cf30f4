"""Array jobs: the parts of a class, the plan that they share, and a merge that leaves the store of one run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tiny_course import HIDDEN, SLUG, SOLUTION, Course, make, write

from autograder.batch import identities, schema
from autograder.batch.ledger import Ledger
from autograder.batch.run_log import RunLog
from autograder.batch.runner import Upload
from autograder.batch.shard import ShardRun, shard_of
from autograder.batch.store import Store
from autograder.commands.main import load
from autograder.errors import AutograderError, CaseError, UsageError
from autograder.grading.options import RunOptions
from autograder.model import GraderInfo, Report, SandboxInfo, Score, SubmissionInfo

WRONG = SOLUTION.replace("2 * x", "x * x")
LOUD = SOLUTION.replace("return 2 * x", "print(x)\n    return 2 / 0")


def run(course: Course, name: str, *arguments: object) -> int:
    """Run a command in this process, and return its exit code."""
    try:
        load(name).main([*map(str, arguments), "--root", str(course.root)], standalone_mode=False)
    except SystemExit as exc:
        return int(exc.code or 0)
    return 0


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course, and a class of eleven with seven different submissions; one of them cannot be opened."""
    monkeypatch.chdir(tmp_path)
    others = [f"{SOLUTION}\n#\n", WRONG, f"{WRONG}\n#\n", SOLUTION, LOUD]
    for number, source in enumerate([SOLUTION, WRONG, LOUD, "def double(", SOLUTION, *others]):
        write(tmp_path / "class" / f"s{number:02}" / "tiny.py", source)
    write(tmp_path / "class" / "s10.zip", b"no archive at all")
    return make(tmp_path / "course")


def shards(course: Course, of: int, *numbers: int) -> list[Path]:
    """Grade parts of the class, each into a store of its own."""
    files = []
    for number in numbers or range(1, of + 1):
        files.append(Path("shards") / f"{number}.sqlite")
        where = ("--plan", "plan.json", "--store", f"sqlite:///{files[-1]}")
        assert run(course, "batch", SLUG, "class", "--shard", f"{number}/{of}", *where) == 0
    return files


# --- the parts


@pytest.mark.parametrize("of", [1, 2, 3, 8, 100])
def test_every_submission_is_in_one_part(of: int) -> None:
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(200)]
    parts = [shard_of(f"{number}/{of}") for number in range(1, of + 1)]
    assert all([part.has(digest) for part in parts].count(True) == 1 for digest in digests)
    assert len({parts[0].has(digest) for digest in digests}) == (1 if of == 1 else 2)


@pytest.mark.parametrize("text", ["0/4", "5/4", "a/b", "4", "1/0", "-1/4", "1/4/4", "", " 1/4", "1.0/4", "١/4"])
def test_a_wrong_part_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no shard\. Write --shard 2/8 for the second of eight parts"):
        shard_of(text)


# --- the command line

NEEDED = ("--plan", "plan.json", "--store", "sqlite:///1.sqlite")
WRONG_OPTIONS = {
    "practice": (("--shard", "1/2", *NEEDED, "--practice"), "--practice is for the whole class"),
    "results": (("--shard", "1/2", *NEEDED, "--out", "out"), "--out is for the whole class"),
    "summary": (("--shard", "1/2", *NEEDED, "--json", "run.json"), "--json is for the whole class"),
    "seed": (("--shard", "1/2", *NEEDED, "--seed", "3"), "--seed is for the whole class"),
    "no plan": (("--shard", "1/2", *NEEDED[2:]), "A shard needs the plan of the class"),
    "no store": (("--shard", "1/2", *NEEDED[:2]), "A shard needs the plan of the class"),
    "a plan alone": (("--plan", "plan.json", "--out", "out"), "--plan is for a shard"),
    "nothing": ((), "Missing option .--out.. Name a folder for the results"),
    "no part": (("--shard", "3/2", *NEEDED), '"3/2" is no shard'),
    "no such plan": (("--shard", "1/2", *NEEDED), r"plan\.json is not a plan"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_wrong_options_are_refused_before_anything_is_written(course: Course, name: str) -> None:
    arguments, message = WRONG_OPTIONS[name]
    with pytest.raises(UsageError, match=message):
        run(course, "batch", SLUG, "class", *arguments)
    assert sorted(path.name for path in Path().iterdir()) == ["class", "course"]


# --- the plan


def plan(course: Course, *more: object) -> dict[str, Any]:
    assert run(course, "batch plan", SLUG, "class", "plan.json", "--seed", "5", *more) == 0
    found: dict[str, Any] = json.loads(Path("plan.json").read_bytes())
    return found


def test_a_plan_has_the_seed_and_no_key_and_no_person(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    found = plan(course)
    assert capsys.readouterr().out == "plan.json: 7 different submissions to grade\n"
    known = identities.read(course.root / "store")
    assert (found["course"], found["seed"], found["graded"]) == (known.course, 5, [])
    text = Path("plan.json").read_text(encoding="utf-8")
    assert known.key not in text and not any(person in text for person in known.people)
    assert Path("plan.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match=r"plan\.json exists"):
        plan(course)


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "assignment": ({"assignment": "02-other"}, r"is a plan of 02-other\. Write one of 01-tiny"),
    "cases": ({"digest": "0"}, "has another version of 01-tiny"),
    "versions": ({"versions": [["python", "3.0.0"]]}, r"instead of 3\.0\.0"),
    "language": ({"language": "ko"}, r"asks for ko and not for en\. Give --lang ko"),
    "device": ({"device": "cuda"}, r"asks for cuda and not for cpu\. Give --device cuda"),
    "newer": ({"schema": 2}, "written by a newer version"),
    "damaged": ({"versions": 3}, "is not a plan"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_machine_that_would_grade_in_another_way_refuses(course: Course, name: str) -> None:
    changes, message = CHANGES[name]
    write(Path("plan.json"), json.dumps(plan(course) | changes | {}))
    with pytest.raises(AutograderError, match=message):
        run(course, "batch", SLUG, "class", "--shard", "1/2", *NEEDED)
    assert not Path("1.sqlite").exists()


# --- the merge

TIMES = {"seconds", "graded_at", "imported_at", "since", "created_at", "drawn_at", "first_graded_at", "id"}
TABLES = (schema.courses, schema.assignments, schema.seeds, schema.people, schema.submissions, schema.reports)


def timeless(value: Any) -> Any:
    """The same value without the times in it, which differ from run to run."""
    if isinstance(value, dict):
        return {name: timeless(each) for name, each in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [timeless(each) for each in value]
    return value


def content(url: str, course: str) -> dict[str, list[str]]:
    """All rows of a store but those of the log, without times and numbers, in an order of their own."""
    found: dict[str, list[str]] = {}
    with Store(url, course) as store, store.snapshot() as connection:
        for table in TABLES:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            for row in rows:
                row |= {name: json.loads(row[name]) for name in ("summary", "document") if name in row}
            found[table.name] = sorted(json.dumps(timeless(row), sort_keys=True) for row in rows)
    return found


def one_run(course: Course, name: str, *more: object) -> dict[str, list[str]]:
    """Grade the class at once, under the same pseudonyms as in the store of the course; return what is stored."""
    folder = Path(name)
    folder.mkdir()
    shutil.copy(course.root / "store" / identities.NAME, folder)
    url = f"sqlite:///{folder}/store.sqlite"
    assert run(course, "batch", SLUG, "class", "--out", f"out-{name}", "--store", url, "--seed", "5", *more) == 5
    return content(url, identities.read(folder).course)


def table(name: str) -> list[dict[str, str]]:
    text = (Path(name) / "staff" / "grades.csv").read_text(encoding="utf-8-sig")
    return [timeless(row) for row in csv.DictReader(io.StringIO(text))]


def stored(course: Course) -> dict[str, list[str]]:
    return content(f"sqlite:///{course.root}/store/store.sqlite", identities.read(course.root / "store").course)


def events(course: Course) -> list[list[tuple[str, ...]]]:
    known = identities.read(course.root / "store")
    with Store(f"sqlite:///{course.root}/store/store.sqlite", known.course) as store:
        return [[event[2:] for event in store.events(person)] for person in known.people]


@pytest.mark.slow
def test_three_parts_and_a_merge_leave_the_store_of_one_run(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    plan(course)
    files = shards(course, 3)
    assert sorted(path.name for path in Path().iterdir()) == ["class", "course", "plan.json", "shards"]
    capsys.readouterr()
    assert run(course, "store merge", *files) == 0
    counts = [int(line.rpartition(": ")[2]) for line in capsys.readouterr().out.splitlines()]
    assert (len(counts), sum(counts)) == (3, 7)
    merged = stored(course)
    assert merged == one_run(course, "single")
    assert len(merged["reports"]) == 7 and len(merged["people"]) == 11

    before = events(course)
    assert sorted(action for person in before for action, _, _ in person) == ["imported"] * 11 + ["merged"] * 7
    assert run(course, "store merge", *files) == 0
    assert (stored(course), events(course)) == (merged, before)

    assert run(course, "batch", SLUG, "class", "--out", "out", "--json", "run.json") == 5
    summary = json.loads(Path("run.json").read_bytes())
    assert (summary["graded"], summary["kept"]) == (0, 11)
    assert table("out") == table("out-single")
    assert stored(course) == merged


@pytest.mark.slow
def test_a_part_grades_only_what_is_pending(course: Course) -> None:
    plan(course)
    run(course, "store merge", *shards(course, 2, 1))
    Path("plan.json").unlink()
    shutil.rmtree("shards")
    graded = plan(course)["graded"]
    assert 0 < len(graded) < 7
    [again] = shards(course, 1)
    with Store(f"sqlite:///{again}", identities.read(course.root / "store").course) as store, store.snapshot() as rows:
        new = set(rows.execute(select(schema.reports.c.sha256)).scalars())
        people = set(rows.execute(select(schema.log.c.person)).scalars())
    assert len(new) == 7 - len(graded) and new.isdisjoint(graded)
    assert people == {None}


@pytest.mark.slow
def test_a_part_with_a_grader_error_ends_well_and_stays_pending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job of an array has done its part: it is the batch of the whole class that calls a human."""
    monkeypatch.chdir(tmp_path)
    breaks = """

@task("double", points=0.0001)
def test_breaks(student):
    from autograder.errors import DataError
    if student.double(1.0) != 2.0:
        raise DataError("the disk is gone")
"""
    course = make(tmp_path / "course", hidden=HIDDEN + breaks, tasks={"double": 12.0001, "total": 8.0})
    for student, source in (("kim", SOLUTION), ("lee", SOLUTION.replace("2 * x", "3 * x"))):
        write(Path("class") / student / "tiny.py", source)
    plan(course)
    [file] = shards(course, 1)
    said = capsys.readouterr()
    assert said.out.endswith("shard 1 of 1: graded 1 of 2 different submissions\n")
    assert "the case breaks failed because of an error in the grader: the disk is gone" in said.err
    assert "Without a complete report: 1 of 2 submissions. They stay pending" in said.err
    assert run(course, "store merge", file) == 0
    assert run(course, "batch status") == 0
    assert "2 students, 1 graded, 1 pending" in capsys.readouterr().out


@pytest.mark.slow
def test_any_number_of_workers_leaves_the_same_store(course: Course) -> None:
    for number in range(6):
        write(Path("class") / f"t{number}" / "tiny.py", f"{LOUD}\n# {number}\n")
    plan(course)
    first, *others = (one_run(course, f"workers{count}", "--workers", count) for count in (1, 2, 4))
    assert len(first["reports"]) == 13
    assert [first, first] == others


def test_what_timed_out_before_is_graded_last(course: Course) -> None:
    options = RunOptions(official=True, seed=5, device="cpu")
    given = [Upload(f"s{number:02}", (Path("class") / f"s{number:02}",)) for number in range(4)]
    with Store("sqlite:///1.sqlite", "c1") as store:
        ledger = Ledger(store, Path(), course.load(), options)
        ledger.take_shard(given, shard_of("1/1").has)
        first, *rest = ledger.pending
        values = {"sha256": first.sha256(), "level": "full", "graded_at": "", "complete": True, "earned": 0.0}
        values |= {"possible": 20.0, "summary": '{"attention":["timed-out"]}', "document": "{}"}
        store.save(replace(ledger.key, assignment="of last week"), None, values)
        again = Ledger(store, Path(), course.load(), options)
        again.take_shard(given, shard_of("1/1").has)
        assert again.pending == [*rest, replace(first, slow=True)]


def test_reports_that_contradict_each_other_are_discarded(course: Course) -> None:
    assignment = course.load()
    options = RunOptions(official=True, seed=5, device="cpu")
    upload = Upload("kim", (Path("class/s00"),))

    def drifts(pending: Sequence[Upload], record: Any) -> Sequence[Upload]:
        [one] = pending
        info = SubmissionInfo(one.student, one.sha256())
        tasks = tuple(assignment.tasks)
        record(Report(SLUG, "", tasks, info, Score(20.0, 20.0), (), SandboxInfo(True), GraderInfo("0", 5, "cpu")))
        raise CaseError("a case keeps state", slug="case-drift")

    with Store("sqlite:///1.sqlite", "c1") as store:
        ledger = Ledger(store, Path(), assignment, options)
        ledger.take_shard([upload, upload], shard_of("1/1").has)
        with pytest.raises(CaseError):
            ShardRun(assignment, ledger, run=options, log=RunLog(None)).grade(drifts, lambda done, of: None)
        assert len(ledger.pending) == 1 and store.complete(ledger.key, [upload.sha256()]) == {}
