"""People decide: tasks that a person grades, an afternoon of a teaching assistant, and what the store keeps of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import tiny_course
from killed_commands import run_and_kill
from lms import archive, gradebook, sheet, worksheet
from test_commands import Command
from test_commands import command as command  # a fixture

from autograder.course import assignment as assignments
from autograder.course.policy import AttemptRule
from autograder.errors import AssignmentError
from autograder.exchange import folder
from autograder.model import RubricLine

SLUG = tiny_course.SLUG
ESSAY = """
[[task]]
id = "essay"
title = "Why is the sum linear?"
kind = "manual"
points = 4

[task.rubric]
"Additivity is shown." = 3
"The scalar is named." = 1
"""
RULES = f"""
timezone = "Europe/Berlin"

[due]
"{SLUG}" = 2026-10-24T12:00

[late]
percent = 10

[extensions."{SLUG}"]
lee = 2026-10-26T12:00
"""
# A system in Seoul. The clocks of Berlin go back on 25 October, so the extension ends at 11:00 UTC and not at 10:00.
RECEIVED = {
    "kim": "2026-10-24T18:59:00+09:00",
    "lee": "2026-10-26T19:59:00+09:00",
    "choi": "2026-10-25T20:00:00+09:00",
}
HALF = tiny_course.SOLUTION.replace("2 * x", "x * x")


def with_essay(course: tiny_course.Course) -> tiny_course.Course:
    path = course.folder / "assignment.toml"
    text = path.read_text(encoding="utf-8").replace("points = 20", "points = 24")
    path.write_text(text.replace("[limits]", f"{ESSAY}\n[limits]"), encoding="utf-8")
    return course


def grades(out: str = "out") -> dict[str, dict[str, str]]:
    text = Path(out, "staff", "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


def column(path: str, key: int, at: int) -> dict[str, str]:
    rows = list(csv.reader(Path(path).read_text(encoding="utf-8-sig").splitlines()))
    return {row[key]: row[at] for row in rows[1:]}


# --- a task that a person grades


def test_a_manual_task_belongs_to_no_case(tmp_path: Path) -> None:
    found = with_essay(tiny_course.make(tmp_path)).load()
    assert [task.id for task in found.tasks] == ["double", "total"]
    [essay] = found.manual
    assert (essay.kind, essay.points) == ("manual", 4.0)
    assert essay.rubric == (RubricLine("Additivity is shown.", 3.0), RubricLine("The scalar is named.", 1.0))
    assert found.points == 24 and "essay" not in found.asked_names


FAULTS = {
    "another kind": ('kind = "manual"', 'kind = "essay"', 'kind is "essay"; write "cases" or "manual".'),
    "a rubric of cases": (
        'kind = "manual"',
        'kind = "cases"',
        'rubric is for a person who grades; add kind = "manual"',
    ),
    "another sum": ('named." = 1', 'named." = 2', "the lines of rubric add up to 5, and points is 4"),
    "no points": ('named." = 1', 'named." = 0', "write a number of points above 0."),
    "no table": ("[task.rubric]", "rubric = 3\n[limits2]", "rubric is 3; write a table"),
    "uses": ('kind = "manual"', 'kind = "manual"\nuses = ["double"]', "a manual task calls no functions; remove uses."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_manual_task_is_one_sentence(tmp_path: Path, name: str) -> None:
    made = with_essay(tiny_course.make(tmp_path))
    old, new, problem = FAULTS[name]
    path = made.folder / "assignment.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(AssignmentError) as caught:
        assignments.load(SLUG, root=tmp_path)
    assert problem in caught.value.message and f"assignments/{SLUG}/assignment.toml, line " in caught.value.message


def test_a_student_reads_who_grades_what(tmp_path: Path, command: Command) -> None:
    made = with_essay(tiny_course.make(tmp_path / "course", solution=None))
    tiny_course.write(made.folder / "tiny.py", tiny_course.SOLUTION)
    out = command("grade", SLUG, "--root", made.root).out
    assert "graded by a person" in out and "9 of 9 visible points (24 in all)" in out
    assert "Hidden cases decide the other 11" in out and "A person grades 4 points." in out


# --- an afternoon


@pytest.fixture
def course(tmp_path: Path) -> tiny_course.Course:
    made = with_essay(tiny_course.make(tmp_path / "course"))
    (made.root / "course.toml").write_text(RULES, encoding="utf-8")
    for name in RECEIVED:
        source = HALF if name == "kim" else f"{tiny_course.SOLUTION}# {name}\n"
        tiny_course.write(tmp_path / "class" / f"{name}.py", source)
    rows = [(f"{name}.py", name, time) for name, time in RECEIVED.items()]
    sheet(tmp_path / "class" / "who.csv", ["file", "login", "received_at"], *rows)
    sheet(tmp_path / "roster.csv", ["login", "name"], *((name, name.title()) for name in RECEIVED))
    return made


@pytest.mark.slow
def test_an_afternoon_of_a_teaching_assistant(course: tiny_course.Course, command: Command, tmp_path: Path) -> None:
    where = ["--root", course.root]
    batch = ["batch", SLUG, tmp_path / "class" / "who.csv", "--roster", tmp_path / "roster.csv", "--out", "out", *where]
    assert command(*batch).code == 5
    waiting = grades()
    assert {row["attention"] for row in waiting.values()} == {"awaiting"}
    assert {row["essay"] for row in waiting.values()} == {""}  # not zero
    assert {row["possible"] for row in waiting.values()} == {"24.0"}
    assert "A manual task is awaiting a person." in Path("out/staff/needs-a-human.html").read_text(encoding="utf-8")
    page = Path(f"out/students/{SLUG}-lee.html").read_text(encoding="utf-8")
    assert "awaiting a person" in page and "Additivity is shown." in page
    assert waiting["lee"]["received_at"] == "2026-10-26T11:59:00+01:00"  # the zone of the course
    assert "received 2026-10-26T10:59:00+00:00" in command("batch", "log", "lee", *where).out  # the store has UTC

    assert "3 students, 3 graded, 0 pending, 3 awaiting a person" in command("batch", "status", *where).out
    to_csv = ["out/staff/grades.csv", "--to", "csv", "--out", "up.csv", *where]
    refused = command("export", *to_csv)
    assert refused.code == 5 and "grades.csv: 3 students need a human" in refused.err
    assert command("export", *to_csv, "--accept", "awaiting").code == 0

    # two manual points, by hand and by a table; one appeal
    by = ["--by", "A. Park", *where]
    assert command("adjust", SLUG, "kim", "--task", "essay", "--set", 3, "--reason", "No scalar.", *by).code == 0
    stale = command("export", *to_csv)
    assert stale.code == 5 or "is older than a decision about kim" in stale.err
    Path("essays.csv").write_text(
        "student,task,set_to,reason\nlee,essay,4,Complete.\nchoi,essay,0,Nothing is shown.\n", encoding="utf-8"
    )
    assert command("adjust", SLUG, "--file", "essays.csv", *by).code == 0
    appeal = ["--task", "double", "--points", 1.5, "--reason", "The idea is right."]
    assert command("adjust", SLUG, "kim", *appeal, *by).code == 0
    assert command("batch", SLUG, "--out", "out", *where).code == 0
    decided = grades()
    assert {name: row["essay"] for name, row in decided.items()} == {"kim": "3.0", "lee": "4.0", "choi": "0.0"}
    earned = float(decided["kim"]["earned"])
    assert decided["lee"]["earned"] == "24.0" and decided["choi"]["earned"] == "20.0"

    # a case changes, and everything is graded again: what people decided stays
    cases = course.folder / "test_visible.py"
    cases.write_text(cases.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert command("batch", SLUG, "--out", "again", *where).code == 0
    assert {name: row["essay"] for name, row in grades("again").items()} == {"kim": "3.0", "lee": "4.0", "choi": "0.0"}

    # a worksheet of Moodle and a gradebook of Canvas
    names = {41: "kim", 17: "lee", 33: "choi"}
    worksheet(Path("sheet.csv"), names)
    gradebook(Path("book.csv"), {1: "kim", 2: "lee", 3: "choi"})
    moodle = ["export", "again/staff/grades.csv", "--to", "moodle", "--template", "sheet.csv", "--out", "moodle.csv"]
    canvas = ["export", "again/staff/grades.csv", "--to", "canvas", "--template", "book.csv", "--out", "canvas.csv"]
    column_name = ["--column", "HW1"]
    assert command(*moodle, "--column", "Grade", *where).code == 0
    done = command(*canvas, *column_name, *where)
    assert done.code == 0, done.err
    final = {"kim": f"{earned:g}", "lee": "24", "choi": "15.2"}  # 25 hours late are two days: 20 % of 24 points
    assert column("moodle.csv", 1, 4) == final
    found = column("canvas.csv", 0, 5)
    assert {name: found[name] for name in final} == final

    course_table = ["export", "again/staff/grades.csv", "--course", "--to", "csv", "--out", "course.csv", *where]
    assert command(*course_table).code == 0 and column("course.csv", 0, 3)["choi"] == "15.2"
    own_table = ["export", "again/staff/grades.csv", "--to", "csv", "--out", "own.csv", *where]
    assert command(*own_table).code == 0
    for path, at, reasons in (("course.csv", 2, 6), ("own.csv", 6, 8)):
        assert column(path, 0, at) == {
            "kim": "4.5",
            "lee": "4" if at == 6 else "4.0",
            "choi": "0" if at == 6 else "0.0",
        }
        assert "double: The idea is right. (A. Park)" in column(path, 0, reasons)["kim"]
        assert column(path, 0, reasons)["choi"].startswith("essay: Nothing is shown. (A. Park) Received 25:00")

    # a gradebook of another assignment, with as many points
    text = Path("book.csv").read_text(encoding="utf-8-sig").replace("HW1 (5001)", "HW2 (5002)")
    Path("other.csv").write_text(text.replace("100.00", "24.00"), encoding="utf-8")
    other = ["other.csv" if each == "book.csv" else "other-up.csv" if each == "canvas.csv" else each for each in canvas]
    refused = command(*other, *where)
    assert refused.code == 2 and not Path("other-up.csv").exists()
    assert f'column "HW2 (5002)": the grades of {SLUG} went to "HW1 (5001)" before. Download' in refused.err
    named = command(*other, "--column", "HW2", *where)
    assert named.code == 0 and "before. Check that it is the right column." in named.err

    # what went out is in the log, and what a person changes there stays
    log = command("batch", "log", "choi", *where).out
    assert f"exported  {SLUG}  15.2 of 24 points to moodle" in log and "to canvas: HW1 (5001)" in log
    assert "essay: set to 0 points, by A. Park: Nothing is shown." in log
    assert "a total of 63.3333 % in a table of the course" in log
    text = Path("moodle.csv").read_text(encoding="utf-8-sig").replace(",15.2,", ",17.0,").replace(",24,", ",,")
    Path("sheet.csv").write_text(text, encoding="utf-8-sig")
    again = command(*moodle, "--column", "Grade", *where)
    assert again.code == 0 and "choi has 17.0, which was not exported from here. It stays" in again.err
    assert column("moodle.csv", 1, 4) == final | {"choi": "17.0"}


MOMENTS = {
    "before anything": ("autograder.commands.export:_write", 1),
    "before the worksheet": ("autograder.commands.export:write_bytes", 1),
    "before the archive": ("autograder.commands.export:write_bytes", 2),
    "while it is recorded": ("autograder.batch.store:Store.note", 2),
}


@pytest.mark.slow
def test_a_killed_export_is_finished_by_the_same_command(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    people = {41: "kim", 17: "lee"}
    entries = {f"{name}_{number}_assignsubmission_file/tiny.py": f"{HALF}# {name}" for number, name in people.items()}
    export = archive(tmp_path / "x.zip", entries)
    roster = worksheet(tmp_path / "sheet.csv", people)
    assert command("batch", SLUG, export, "--roster", roster, "--out", "out", "--root", made.root).code == 0
    arguments = ["export", "out/staff/grades.csv", "--to", "moodle", "--template", roster, "--column", "Grade"]
    arguments += ["--out", "up.csv", "--feedback", "out/students", "--root", made.root]
    made_files = [Path("up.csv"), Path("up-feedback.zip")]

    def exported() -> int:
        return command("batch", "log", "p41@example.org", "--root", made.root).out.count("exported")

    for moment, at in MOMENTS.items():
        run_and_kill(*at, *arguments)
        assert exported() == 0 and not Path("up-feedback.zip").exists(), moment  # Moodle wants the worksheet first
        assert not [path for path in Path().glob("*.tmp")], moment
        for path in made_files:
            path.unlink(missing_ok=True)
    assert command(*arguments).code == 0
    assert exported() == 1 and all(path.exists() for path in made_files)


# --- what the store keeps of another system


@pytest.mark.slow
def test_lateness_of_an_import_reaches_the_store(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    where = ["--root", made.root]
    entries = {"kimmin_1001_90001_tiny.py": tiny_course.SOLUTION, "leeseo_LATE_1002_90002_tiny.py": HALF}
    export = archive(tmp_path / "export.zip", entries)
    roster = gradebook(tmp_path / "roster.csv", {1001: "Kim, Min", 1002: "Lee, Seo"})
    assert command("import", export, "--roster", roster, "--to", "class").code == 0
    assert [(each.student, each.late) for each in folder.entries(Path("class/uploads"))] == [
        ("1001", False),
        ("1002", True),
    ]
    assert command("batch", SLUG, "class/uploads", "--out", "out", *where).code == 0
    assert {name: row["late"] for name, row in grades().items()} == {"1001": "no", "1002": "yes"}
    assert "attempt 1" in command("batch", "log", "1002", *where).out
    assert "late there" in command("batch", "log", "1002", *where).out
    # a plain folder knows less than the store
    tiny_course.write(tmp_path / "plain" / "1002.py", HALF)
    assert command("batch", SLUG, tmp_path / "plain", "--out", "plain", *where).code == 0
    assert grades("plain")["1002"]["late"] == "yes"


@pytest.mark.slow
def test_the_best_attempt_counts_with_its_report(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    (made.root / "course.toml").write_text(f'attempt = "{AttemptRule.BEST}"\n', encoding="utf-8")
    where = ["--root", made.root]
    for source in (tiny_course.SOLUTION, HALF):
        tiny_course.write(tmp_path / "class" / "kim.py", source)
        assert command("batch", SLUG, tmp_path / "class", "--out", "out", *where).code == 0
    assert float(grades()["kim"]["earned"]) < 20
    done = command("export", "out/staff/grades.csv", "--to", "csv", "--out", "up.csv", "--pages", "pages", *where)
    assert done.code == 0
    assert column("up.csv", 0, 1) == {"kim": "20"} and column("up.csv", 0, 5) == {"kim": "1"}
    assert column("up.csv", 0, 3)["kim"] != grades()["kim"]["sha256"]  # that of the last attempt
    tiny_course.write(tmp_path / "class" / "kim.py", f"{tiny_course.SOLUTION}# again\n")
    assert command("batch", SLUG, tmp_path / "class", "--out", "later", *where).code == 0
    newer = command("export", "out/staff/grades.csv", "--to", "csv", "--out", "up.csv", *where)
    assert newer.code == 0 and "kim handed in attempt 3, and this table has attempt 2. Run batch again." in newer.err
    assert column("up.csv", 0, 5) == {"kim": "1"}
    page = Path(f"pages/{SLUG}-kim.html").read_text(encoding="utf-8")
    assert "Attempt 1 counts, because it earns the most points." in page and "<strong>20</strong>" in page
    hint = "Squaring is not doubling."  # of the last attempt
    assert hint not in page and hint in Path(f"out/students/{SLUG}-kim.html").read_text(encoding="utf-8")
