"""``autograder regrade``: what a changed assignment would do to the grades of a class, and making it so."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny_course
from sqlalchemy import func, select, text
from stores import Urls
from test_commands import Command, Finished
from test_commands import command as command  # a fixture

from autograder.batch import identities, schema
from autograder.batch.store import Store
from autograder.commands.as_of import moment
from autograder.course.course_file import Course
from autograder.errors import UsageError
from autograder.exchange import csv_grades
from autograder.model import Score, Verdict
from autograder.reports.class_rows import ClassRow

SLUG = tiny_course.SLUG
RIGHT = tiny_course.SOLUTION
SQUARED = RIGHT.replace("2 * x", "x * x")  # the visible case of double passes, the hidden ones fail
ZERO = RIGHT.replace("float(np.sum(x))", "0.0")  # the visible case of total fails, and skips the hidden one
CLASS = {"kim": SQUARED, "lee": RIGHT, "park": ZERO}
BY = ["--reason", "A case was wrong.", "--by", "A. Park"]

HELPED = tiny_course.VISIBLE.replace("6.0)", "six())") + "\n\ndef six():\n    return 6.0\n"
PASSED, FAILED, SKIPPED = Verdict.PASSED.value, Verdict.FAILED.value, Verdict.SKIPPED.value


@dataclass
class Class:
    """A graded class: its course, and the commands on it."""

    course: tiny_course.Course
    command: Command
    url: str

    def run(self, *arguments: object) -> Finished:
        return self.command(*arguments, "--root", self.course.root, "--store", self.url)

    def preview(self, *more: object) -> Finished:
        return self.run("regrade", SLUG, "--preview", "--json", "preview.json", *more)

    def apply(self, *more: object) -> Finished:
        return self.run("regrade", SLUG, "--apply", *BY, "--out", "out", *more)

    def batch(self, out: str = "out") -> Finished:
        return self.run("batch", SLUG, "--out", out)

    def change(self, file: str, old: str, new: str) -> None:
        path = self.course.root / file
        source = path.read_text(encoding="utf-8")
        assert old in source
        path.write_text(source.replace(old, new), encoding="utf-8")

    def store(self) -> Store:
        known = identities.read(self.folder)
        return Store(self.url, known.course)

    @property
    def folder(self) -> Path:
        file = self.url.removeprefix("sqlite:///")
        return Path(file).parent if file != self.url else self.course.root / "store"

    def ran_again(self) -> dict[str, set[str]]:
        """The cases that the shadow run has run, by student: their seconds are not those of the first report."""
        known = identities.read(self.folder)
        found = {}
        with self.store() as store, store.snapshot() as connection:
            people = {row.sha256: row.person for row in connection.execute(select(schema.submissions))}
            first = {row.sha256: seconds_of(row.document) for row in connection.execute(select(schema.reports))}
            for row in connection.execute(select(schema.shadows)):
                new, old = seconds_of(row.document), first[row.sha256]
                found[known.name(people[row.sha256])] = {
                    case for case, took in new.items() if took and took != old.get(case)
                }
        return found

    def erase_digests(self) -> None:
        with self.store() as store, store.transaction() as connection:
            connection.execute(schema.assignments.update().values(cases=None))


def seconds_of(document: str) -> dict[str, float]:
    return {line["case"]: line["seconds"] for line in json.loads(document)["outcomes"]}


def graded_class(tmp_path: Path, command: Command, url: str, **parts: str) -> Class:
    made = Class(tiny_course.make(tmp_path / "course", **parts), command, url)  # type: ignore[arg-type]
    for name, source in CLASS.items():
        tiny_course.write(tmp_path / "class" / name / "tiny.py", f"{source}# {name}\n")
    assert made.run("batch", SLUG, tmp_path / "class", "--out", "out").code == 0
    return made


def own_store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'course' / 'store' / 'store.sqlite'}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the class of most tests is kept once it is graded: its course, and its results."""
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def graded(template: Path, tmp_path: Path, command: Command) -> Class:
    url = own_store(tmp_path)
    if (template / "course").is_dir():
        shutil.copytree(template / "course", tmp_path / "course")
        shutil.copytree(template / "out", "out")
        return Class(tiny_course.Course(tmp_path / "course"), command, url)
    made = graded_class(tmp_path, command, url)
    shutil.copytree("out", template / "out")
    shutil.copytree(tmp_path / "course", template / "course")
    return made


def grades(out: str = "out") -> dict[str, float]:
    text = Path(out, "staff", "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: float(row["earned"]) for row in csv.DictReader(text.splitlines())}


def everything(folder: str = "out") -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def result() -> dict[str, object]:
    found: dict[str, object] = json.loads(Path("preview.json").read_text(encoding="utf-8"))
    return found


WRONG = ("solutions/01-tiny/test_hidden.py", "assert_close(student.double(x.copy()), reference.double(x))",
         "student.double(x.copy())")  # fmt: skip


@pytest.mark.slow
def test_a_case_is_broken_seen_and_taken_back(tmp_path: Path, command: Command, urls: Urls) -> None:
    (tmp_path / "db").mkdir()
    graded = graded_class(tmp_path, command, urls(tmp_path / "db"))
    before, files = grades(), everything()
    assert before == {"kim": 14.0, "lee": 20.0, "park": 12.0}

    graded.change(*WRONG)  # everybody passes
    found = graded.preview()
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines()[:3] == [
        "Changed cases: double_of_any.", "Graded 3 submissions into the preview.", "1 up, 0 down, 2 unchanged",
    ]  # fmt: skip
    assert "  double_of_any[1]  1 up, 0 down\n" in found.out
    assert "\nkim: 14 -> 20 of 20 points (+6)\n" in found.out
    assert re.search(
        r"^  double_of_any\[5\]  \+2  failed -> passed: .* at \[\d\]\. Squaring is not doubling\.$", found.out, re.M
    )
    runs = {f"double_of_any[{size}]" for size in (1, 5, 9)}
    assert graded.ran_again() == {"kim": runs, "lee": runs, "park": runs}
    names = ("kim", "lee", "park")
    assert not any(name in Path("preview.json").read_text(encoding="utf-8") for name in names)
    assert result()["up"] == 1 and result()["graded"] == 3

    again = graded.preview()
    assert again.code == 0 and "Nothing had to be graded.\n1 up, 0 down, 2 unchanged" in again.out

    file, old, new = WRONG
    graded.change(file, new, old)
    back = graded.preview()
    assert (back.code, back.out, back.err) == (0, "Nothing had to be graded.\n0 up, 0 down, 3 unchanged\n", "")
    assert graded.ran_again() == {}
    assert everything() == files
    assert graded.batch().code == 0
    assert grades() == before and json.loads(Path("out/staff/run.json").read_text())["official"]


@pytest.mark.slow
def test_the_preview_changes_nothing_that_others_read(graded: Class) -> None:
    files = everything()
    log = graded.run("batch", "log", "kim").out
    graded.change(*WRONG)
    status = graded.run("batch", "status").out
    assert graded.preview().code == 0
    assert everything() == files
    assert graded.run("batch", "log", "kim").out == log
    assert graded.run("batch", "status").out == status and "0 graded, 3 pending" in status


CHANGES = {
    "a helper of the file": (
        ("assignments/01-tiny/test_visible.py", "return 6.0", "return 5.0 + 1.0"),
        {"double_of_two", "total_of_three", "total_of_any"},
    ),
    "the case that another one needs": (
        ("assignments/01-tiny/test_visible.py", "[1.0, 2.0, 3.0]", "[3.0, 2.0, 1.0]"),
        {"total_of_three", "total_of_any"},
    ),
    "a limit": (("assignments/01-tiny/assignment.toml", "call_s = 1.0", "call_s = 2.0"), None),
    "the solution": (("solutions/01-tiny/tiny.py", "2 * x", "x + x"), None),
    "a comment": (("assignments/01-tiny/test_visible.py", "def six", "# Of what?\ndef six"), set()),
    "the rubric": (("assignments/01-tiny/test_visible.py", "Twice two is four.", "Two is doubled."), set()),
}


@pytest.mark.slow
def test_only_what_changed_runs_again(tmp_path: Path, command: Command) -> None:
    graded = graded_class(tmp_path, command, own_store(tmp_path), visible=HELPED)
    every = {"double_of_two", "total_of_three", "total_of_any", *(f"double_of_any[{size}]" for size in (1, 5, 9))}
    for change, ((file, old, new), wanted) in CHANGES.items():
        graded.change(file, old, new)
        found = graded.preview()
        assert found.code == 0 and "0 up, 0 down, 3 unchanged" in found.out, change
        expected = every if wanted is None else wanted
        ran = graded.ran_again()
        assert ran["lee"] == expected, change
        assert ran["park"] == expected - {"total_of_any"}, change  # it is skipped, as before
        graded.change(file, new, old)


@pytest.mark.slow
def test_points_and_needs_are_computed_without_a_run(graded: Class) -> None:
    visible = "assignments/01-tiny/test_visible.py"
    graded.change(visible, '@task("total", points=3', '@task("total", points=5')
    graded.change("solutions/01-tiny/test_hidden.py", 'points=5, needs=("total_of_three",)', "points=3")
    found = graded.preview()
    assert found.code == 0 and "Changed cases" not in found.out
    assert found.out.startswith("No case has changed. Computed the points of 3 submissions for the preview.\n")
    ran = graded.ran_again()
    assert (ran["kim"], ran["lee"]) == (set(), set())
    assert ran["park"] == {"total_of_any"}  # was skipped, and is no longer: nobody knows how it ends
    assert "0 up, 0 down, 3 unchanged" in found.out

    graded.change(visible, "points=6", "points=6, needs=()")
    graded.change(
        "solutions/01-tiny/test_hidden.py", '"total", points=3', '"total", points=3, needs=("double_of_two",)'
    )
    assert graded.preview().code == 0
    assert graded.ran_again()["park"] == {"total_of_any"}


@pytest.mark.slow
def test_another_version_of_the_framework_runs_everything(graded: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.batch.ledger.version", lambda: "99.0")
    found = graded.preview()
    assert found.code == 0 and re.search(r"^All cases run again: .* this is 99\.0\.$", found.out, re.M)
    assert all(len(cases) >= 5 for cases in graded.ran_again().values())


@pytest.mark.slow
def test_reports_without_digests_run_everything_and_say_so(graded: Class) -> None:
    graded.erase_digests()
    graded.change(*WRONG)
    found = graded.preview()
    assert found.code == 0 and "All cases run again: an older version of autograder made reports without" in found.out
    assert all(len(cases) >= 5 for cases in graded.ran_again().values())


def test_a_case_that_fails_on_the_solution_is_refused(graded: Class) -> None:
    graded.change("assignments/01-tiny/test_visible.py", "np.array([4.0])", "np.array([5.0])")
    found = graded.preview()
    assert found.code == 4 and "the case double_of_two does not pass on the solution" in found.err
    assert graded.ran_again() == {}


# --- apply


@pytest.mark.slow
def test_apply_writes_grades_pages_and_log(graded: Class) -> None:
    graded.change(*WRONG)
    assert graded.preview().code == 0
    found = graded.apply()
    assert (found.code, found.err) == (0, "")
    assert found.out == "kim: 14 -> 20 of 20 points (+6)\nGrades changed: 1 of 1. Written anew: out.\n"
    assert grades() == {"kim": 20.0, "lee": 20.0, "park": 12.0}
    assert "20" in Path(f"out/students/{SLUG}-kim.html").read_text(encoding="utf-8")
    log = graded.run("batch", "log", "kim").out
    assert "regraded  01-tiny  14 -> 20 of 20 points, by A. Park: A case was wrong." in log
    with graded.store() as store, store.snapshot() as connection:
        earned = connection.execute(select(schema.reports.c.earned).order_by(schema.reports.c.id)).scalars().all()
    assert sorted(earned) == [12.0, 12.0, 14.0, 20.0, 20.0, 20.0]  # the old reports stay

    files = everything()
    assert graded.apply().out == "Grades changed: 0 of 0. Written anew: out.\n"
    assert graded.batch().code == 0
    assert everything() == files
    assert "3 graded, 0 pending" in graded.run("batch", "status").out


@pytest.mark.slow
def test_an_earlier_attempt_that_may_count_is_regraded_too(graded: Class, tmp_path: Path) -> None:
    (graded.course.root / "course.toml").write_text('attempt = "best"\n', encoding="utf-8")
    for own in ("x = 1\n", "x = 2\n"):  # two later attempts of kim without points
        tiny_course.write(tmp_path / "class" / "kim" / "tiny.py", own)
        assert graded.run("batch", SLUG, tmp_path / "class", "--out", "out").code == 0
    graded.change(*WRONG)
    seen = graded.preview()
    assert seen.code == 0 and "1 up, 0 down, 4 unchanged" in seen.out
    assert "kim, attempt 1: 14 -> 20 of 20 points (+6)\n  double_of_any[1]" in seen.out
    [moved] = json.loads(Path("preview.json").read_text(encoding="utf-8"))["moved"]
    assert "." not in moved["person"]
    assert graded.apply("--person", "lee").out.endswith("Grades changed: 0 of 1. Written anew: out.\n")
    assert graded.apply("--person", "kim").out.startswith(
        "kim, attempt 1: 14 -> 20 of 20 points (+6)\nGrades changed: 1"
    )
    assert "regraded  01-tiny  attempt 1, 14 -> 20 of 20 points, by A. Park" in graded.run("batch", "log", "kim").out
    assert graded.run("export", "out/staff/grades.csv", "--to", "csv", "--out", "up.csv").code == 0
    rows = list(csv.DictReader(Path("up.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row["student"]: (row["points"], row["attempt"]) for row in rows}["kim"] == ("20", "1")
    assert graded.preview().out.startswith(
        "Changed cases: double_of_any.\nNothing had to be graded.\n0 up, 0 down, 5 un"
    )
    graded.batch()
    assert "0 up, 0 down, 5 unchanged" in graded.preview().out
    file, old, new = WRONG
    graded.change(file, new, old)
    assert "kim, attempt 1: 20 -> 14 of 20 points (-6)" in graded.preview().out


@pytest.mark.slow
def test_nobody_loses_points_with_only_upward(graded: Class) -> None:
    graded.change(*WRONG)  # kim gains
    graded.change(
        "assignments/01-tiny/test_visible.py", "np.array([4.0])", "np.array([4.0]) + (0 if x_is(student) else 1)"
    )
    graded.change("assignments/01-tiny/test_visible.py", "import pytest", "import pytest\n\n\ndef x_is(student):\n"
                  "    return student.total(np.array([7.0])) == 7.0\n")  # fmt: skip
    found = graded.preview()
    assert "1 up, 1 down, 1 unchanged" in found.out and "park: 12 -> 6 of 20 points (-6)" in found.out
    assert found.out.index("park: 12") < found.out.index("kim: 14")  # the largest loss first
    applied = graded.apply("--only-upward")
    assert applied.out.splitlines() == [
        "park: not changed", "kim: 14 -> 20 of 20 points (+6)", "Grades changed: 1 of 2. Written anew: out.",
    ]  # fmt: skip
    assert grades() == {"kim": 20.0, "lee": 20.0, "park": 12.0}
    assert graded.batch().code == 0  # the older report counts for the new version
    assert grades()["park"] == 12.0 and "3 graded, 0 pending" in graded.run("batch", "status").out

    left = graded.preview()
    assert "Nothing had to be graded.\n0 up, 1 down, 2 unchanged" in left.out
    assert graded.apply().code == 0
    assert grades()["park"] == 6.0


@pytest.mark.slow
def test_only_the_named_person_changes(graded: Class) -> None:
    graded.change("solutions/01-tiny/test_hidden.py", "reference.total(x))", "reference.total(x) + 0)")
    graded.change("assignments/01-tiny/test_visible.py", "6.0)", "student.total(np.array([1.0, 2.0, 3.0])))")
    assert graded.preview().code == 0  # park gains
    assert graded.apply("--person", "lee").out.endswith("Grades changed: 0 of 1. Written anew: out.\n")
    assert grades()["park"] == 12.0
    assert graded.apply("--person", "park").code == 0
    assert grades() == {"kim": 14.0, "lee": 20.0, "park": 15.0}


@pytest.mark.slow
def test_what_people_decided_survives(graded: Class) -> None:
    decide = ["--by", "A. Park", "--reason", "An appeal."]
    assert graded.run("adjust", SLUG, "kim", "--points", "-1", *decide).code == 0
    assert graded.run("adjust", SLUG, "park", "--set-to", "15", *decide).code == 0
    graded.change(*WRONG)
    found = graded.preview()
    assert "kim: 13 -> 19 of 20 points (+6)" in found.out and "park:" not in found.out
    assert graded.apply().code == 0
    assert grades() == {"kim": 19.0, "lee": 20.0, "park": 15.0}


def test_a_change_after_the_preview_is_refused(graded: Class) -> None:
    graded.change(*WRONG)
    early = graded.apply()
    assert early.code == 2 and "[regrade]" in early.err and "--preview first" in early.err
    assert graded.preview().code == 0
    graded.change("assignments/01-tiny/test_visible.py", "np.array([4.0])", "np.array([5.0]) - 1.0")
    files = everything()
    found = graded.apply()
    assert (
        found.code == 2
        and found.err.count("\n") == 1
        and "it has changed since, or the preview was not finished" in found.err
    )
    assert everything() == files


@pytest.mark.slow
def test_a_killed_preview_goes_on(graded: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.batch import shadows

    graded.change(*WRONG)
    save = shadows.save
    saved: list[object] = []

    def once(*arguments: object) -> None:
        if saved:
            raise KeyboardInterrupt
        saved.append(arguments)
        save(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(shadows, "save", once)
    assert graded.preview().code == 130
    assert graded.apply().code == 2  # half a preview cannot be applied
    monkeypatch.setattr(shadows, "save", save)
    found = graded.preview()
    assert "Graded 2 submissions into the preview.\n1 up, 0 down, 2 unchanged" in found.out


@pytest.mark.slow
def test_a_grader_error_moves_no_grade(graded: Class) -> None:
    graded.change(
        "solutions/01-tiny/test_hidden.py", "import pytest\n",
        "import pytest\nfrom autograder.errors import DataError\n",
    )  # fmt: skip
    fails = "x = rng.normal(size=7)\n    if student.double(np.array([3.0]))[0] == 9:\n        raise DataError(1)\n"
    graded.change("solutions/01-tiny/test_hidden.py", "x = rng.normal(size=7)", fails)
    found = graded.preview()
    assert found.code == 4
    assert "kim: the case total_of_any failed because of an error in the grader, so the grade stays" in found.err
    assert "0 up, 0 down, 2 unchanged" in found.out
    assert graded.apply().code == 0
    assert grades() == {"kim": 14.0, "lee": 20.0, "park": 12.0}
    assert "3 graded, 0 pending" in graded.run("batch", "status").out


# --- verify


@pytest.mark.slow
def test_verify_proves_that_nothing_drifted(graded: Class) -> None:
    found = graded.run("regrade", SLUG, "--verify", "5", "--json", "verify.json")
    assert (found.code, found.out) == (0, "3 submissions graded again with the same seeds: no difference.\n")
    with graded.store() as store, store.transaction() as connection:
        connection.execute(text("UPDATE reports SET document = replace(document, 'Squaring', 'Cubing')"))
        connection.execute(schema.reports.update().values(environment="older"))
    found = graded.run("regrade", SLUG, "--verify", "5", "--json", "verify.json")
    assert found.code == 4
    assert "kim: double_of_any[1] hint was 'Cubing is not doubling.' and is 'Squaring is not doubling.'" in found.err
    assert "Some reports are of another environment" in found.out
    assert len(json.loads(Path("verify.json").read_text(encoding="utf-8"))["differences"]) == 3


def test_verify_needs_the_version_that_was_graded(graded: Class) -> None:
    graded.change(*WRONG)
    found = graded.run("regrade", SLUG, "--verify")
    assert found.code == 2 and "No report of 01-tiny is of the assignment as it stands now." in found.err


# --- wrong use


FAULTS = {
    "nothing": ([], "Give one of --preview, --apply and --verify."),
    "both": (["--preview", "--apply"], "Give one of --preview, --apply and --verify."),
    "no reason": (["--apply", "--by", "x", "--out", "out"], "--apply needs --reason: say why, for the log."),
    "no name": (["--apply", "--reason", "x", "--out", "out"], "--apply needs --by: name who decides."),
    "no folder": (["--apply", *BY], "--apply needs --out: name a folder."),
    "two choices": (["--apply", "--only-upward", "--person", "kim"], "--only-upward and --person exclude each other."),
    "without apply": (["--preview", "--person", "kim"], "--person is for --apply."),
    "nobody": (["--apply", *BY, "--out", "out", "--person", "kim2"], 'Nobody in this course is called "kim2".'),
}


def test_a_fault_is_one_sentence(graded: Class) -> None:
    for fault, (arguments, problem) in FAULTS.items():
        found = graded.run("regrade", SLUG, *arguments)
        assert (found.code, found.err.count("\n")) == (2, 1), fault
        assert problem in found.err, fault


def test_a_course_without_a_store_has_nothing_to_regrade(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    found = command("regrade", SLUG, "--preview", "--root", made.root)
    assert found.code == 2 and f"The store has no submissions of {SLUG}. Run batch first." in found.err


# --- the grades of an earlier time


@pytest.mark.slow
def test_grades_are_exported_as_of_a_date(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def clock(time: str) -> None:
        monkeypatch.setattr("autograder.batch.store.now", lambda: time)

    clock("2026-11-20T10:00:00+00:00")
    graded = graded_class(tmp_path, command, own_store(tmp_path))
    clock("2026-11-21T10:00:00+00:00")
    assert graded.run("adjust", SLUG, "park", "--points", "2", "--reason", "An appeal.", "--by", "A. Park").code == 0
    clock("2026-11-22T10:00:00+00:00")
    graded.change(*WRONG)
    assert graded.preview().code == 0 and graded.apply().code == 0

    def exported(time: str) -> dict[str, float]:
        Path("then.csv").unlink(missing_ok=True)
        found = graded.run("export", "out/staff/grades.csv", "--to", "csv", "--out", "then.csv", "--as-of", time)
        assert (found.code, found.err) == (0, "")
        lines = Path("then.csv").read_text(encoding="utf-8-sig").splitlines()
        return {row["student"]: float(row["points"]) for row in csv.DictReader(lines)}

    (graded.course.root / "course.toml").write_text('timezone = "Asia/Seoul"\n', encoding="utf-8")
    assert exported("2026-11-20T19:00") == {"kim": 14.0, "lee": 20.0, "park": 12.0}
    assert exported("2026-11-21T10:00:00Z") == {"kim": 14.0, "lee": 20.0, "park": 14.0}
    assert exported("2026-11-22") == {"kim": 14.0, "lee": 20.0, "park": 14.0}
    assert exported("2026-11-22T19:00") == {"kim": 20.0, "lee": 20.0, "park": 14.0}

    for time, problem in {
        "2026-11-20T18:59": "Nobody had handed in 01-tiny at 2026-11-20T18:59.",
        "yesterday": '--as-of: "yesterday" is no time. Write for example 2026-11-20T12:00.',
    }.items():
        found = graded.run("export", "out/staff/grades.csv", "--to", "csv", "--out", "none.csv", "--as-of", time)
        assert (found.code, found.err.count("\n")) == (2, 1) and problem in found.err
    assert not Path("none.csv").exists()


@pytest.mark.slow
def test_an_earlier_attempt_counts_as_it_did_at_the_time(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock(time: str) -> None:
        monkeypatch.setattr("autograder.batch.store.now", lambda: time)

    clock("2026-11-20T10:00:00+00:00")
    graded = graded_class(tmp_path, command, own_store(tmp_path))
    (graded.course.root / "course.toml").write_text('attempt = "best"\n', encoding="utf-8")
    tiny_course.write(tmp_path / "class" / "kim" / "tiny.py", "x = 1\n")
    assert graded.run("batch", SLUG, tmp_path / "class", "--out", "out").code == 0
    clock("2026-11-21T10:00:00+00:00")
    assert graded.run("adjust", SLUG, "kim", "--points", "2", "--reason", "An appeal.", "--by", "A. Park").code == 0
    clock("2026-11-22T10:00:00+00:00")
    graded.change(*WRONG)
    assert graded.preview().code == 0 and graded.apply().code == 0
    for day, points in ((20, "14"), (21, "16"), (22, "20")):
        time = f"2026-11-{day}T12:00Z"
        found = graded.run("export", "out/staff/grades.csv", "--to", "csv", "--out", "then.csv", "--as-of", time)
        assert (found.code, found.err) == (0, "")
        rows = csv.DictReader(Path("then.csv").read_text(encoding="utf-8-sig").splitlines())
        [kim] = [row for row in rows if row["student"] == "kim"]
        assert (kim["points"], kim["attempt"]) == (points, "1"), day


def test_a_time_needs_a_zone_and_must_be_clear() -> None:
    with pytest.raises(UsageError, match=r"has no offset, and course\.toml names no timezone"):
        moment("2026-11-20T12:00", Course())
    berlin = Course(timezone="Europe/Berlin")
    for time in ("2026-10-25T02:30", "2026-03-29T02:30"):
        with pytest.raises(UsageError, match="the clocks of Europe/Berlin were changed at"):
            moment(time, berlin)
    assert moment("2026-07-01T12:00", berlin).isoformat() == "2026-07-01T10:00:00+00:00"
    assert moment("2026-12-01T12:00", berlin).isoformat() == "2026-12-01T11:00:00+00:00"


@pytest.mark.slow
def test_batch_says_again_which_report_counts(graded: Class) -> None:
    """The assignment is changed and graded, and changed back: then the first reports count again, since then."""
    graded.change(*WRONG)
    assert graded.batch("changed").code == 0
    assert grades("changed")["kim"] == 20.0
    file, old, new = WRONG
    graded.change(file, new, old)
    assert graded.batch().code == 0 and grades()["kim"] == 14.0
    assert "0 up, 0 down, 3 unchanged" in graded.preview().out
    graded.change(*WRONG)
    found = graded.preview()
    assert "Nothing had to be graded.\n1 up, 0 down, 2 unchanged" in found.out  # they were graded already
    assert graded.apply().code == 0 and grades()["kim"] == 20.0


@pytest.mark.slow
def test_a_person_takes_the_preview_along(graded: Class) -> None:
    graded.change(*WRONG)
    assert graded.preview().code == 0
    assert graded.run("privacy", "export", "kim", "--to", "kim.zip").code == 0
    with zipfile.ZipFile("kim.zip") as archive:
        assert len([name for name in archive.namelist() if name.startswith("reports/preview-01-tiny-")]) == 1
    assert graded.run("privacy", "erase", "kim").code == 0
    with graded.store() as store, store.snapshot() as connection:
        for table in (schema.shadows, schema.official, schema.reports):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 2


def test_a_table_has_rows_of_two_versions() -> None:
    """After --only-upward, some reports are of a version with other tasks."""
    old = ClassRow("kim", Score(3.0, 9.0), {}, tasks={"double": 3.0, "gone": 0.0})
    new = ClassRow("lee", Score(4.0, 9.0), {}, tasks={"double": 1.0, "total": 3.0})
    rows = list(csv.DictReader("".join(csv_grades.table([old, new])).removeprefix("\ufeff").splitlines()))
    assert [(row["double"], row["gone"], row["total"]) for row in rows] == [("3.0", "0.0", ""), ("1.0", "", "3.0")]
