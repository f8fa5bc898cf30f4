"""From and to nbgrader: submissions from its folders, our reports in its gradebook."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbgrader_course as course
import pytest
import report_samples
import tiny_course
from test_commands import Command
from test_commands import command as command  # a fixture

from autograder.errors import UsageError
from autograder.exchange import csv_grades, formats, grades_nbgrader, roster
from autograder.exchange.archive import Source
from autograder.exchange.formats import Record
from autograder.exchange.grades import Grade
from autograder.exchange.nbgrader_folders import time_of
from autograder.model import Adjustment, Audience, Report, Score, Verdict
from autograder.reports.class_rows import class_row
from autograder.reports.document import to_json

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader and SQLAlchemy warn of each other


# --- submissions from nbgrader


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def records(folder: Path) -> list[Record]:
    people = folder.parent / "people.csv"
    people.write_text("id,login,name\n1,ada,Ada\n2,bob,Bob\n", encoding="utf-8")
    with Source(folder) as source:
        name, reader = formats.reader_of(source)
        assert name == "nbgrader"
        return list(reader.records(source, roster.read(people)))


def test_an_inbound_folder_names_person_and_time(tmp_path: Path) -> None:
    inbound = tmp_path / "inbound"
    for name in (
        "ada+ps1+2026-11-20 10:00:00 UTC",
        "ada+ps1+2026-11-20 09:00:00.123456 UTC+x7Q",
        "bob+ps1+2026-11-21 01:00:00 +0900",
    ):
        put(inbound / name / "ps1.ipynb", "{}")
        put(inbound / name / "timestamp.txt", "1999-01-01 00:00:00 UTC")  # a student can write this one
    found = {each.entry: each for each in records(inbound)}
    first, second, other = found.values()
    assert [each.who[0].login for each in (first, second, other)] == ["ada", "ada", "bob"]
    assert max(first, second, key=lambda each: each.attempt).entry.endswith("10:00:00 UTC")
    assert other.received_at == "2026-11-20T16:00:00+00:00"
    assert list(first.files) == ["ps1.ipynb"]


def inbound_of_two(folder: Path) -> tuple[Path, Path]:
    """Two attempts of Ada, the better one first, and one of Bob; return the folder and the roster."""
    better, worse = tiny_course.SOLUTION, "import numpy as np\ndef total(x):\n    return float(np.sum(x))\n"
    for name, text in (
        ("ada+01-tiny+2026-11-20 09:00:00 UTC", better),
        ("ada+01-tiny+2026-11-20 10:00:00 UTC", worse),
        ("bob+01-tiny+2026-11-20 09:30:00 UTC", better),
    ):
        put(folder / "inbound" / name / "tiny.py", text)
    put(folder / "people.csv", "id,login,name\nada,ada,Ada\nbob,bob,Bob\n")
    return folder / "inbound", folder / "people.csv"


def earned() -> dict[str, tuple[str, str]]:
    text = Path("out/staff/grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: (row["earned"], row["attempt"]) for row in csv.DictReader(text.splitlines())}


@pytest.mark.slow
def test_batch_grades_all_attempts_in_their_order(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    inbound, people = inbound_of_two(tmp_path)
    where = ["--root", made.root, "--roster", people, "--format", "nbgrader"]
    found = command("batch", tiny_course.SLUG, inbound, *where, "--out", "out", "--attempts", "all")
    assert (found.code, found.err) == (0, "")
    assert earned() == {"ada": ("8.0", "2"), "bob": ("20.0", "1")}  # the store knows both attempts of Ada
    again = command("batch", tiny_course.SLUG, inbound, *where, "--out", "out", "--json", "summary.json")
    assert again.code == 0 and json.loads(Path("summary.json").read_text())["graded"] == 0  # both have a report

    found = command("batch", tiny_course.SLUG, inbound, *where, "--out", "o", "--practice", "--attempts", "all")
    assert found.code == 2 and "--attempts all is for an official run" in found.err


def test_a_mapping_file_chooses_the_attempt_of_a_student(command: Command, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    inbound, people = inbound_of_two(tmp_path)
    put(tmp_path / "map.csv", "entry,person\nada+01-tiny+2026-11-20 09:00:00 UTC,ada\n")
    where = ["--root", made.root, "--roster", people, "--mapping", tmp_path / "map.csv", "--out", "out"]
    found = command("batch", tiny_course.SLUG, inbound, *where)
    assert (found.code, found.err) == (0, "")
    assert earned() == {"ada": ("20.0", "1"), "bob": ("20.0", "1")}


def test_a_time_stamp_counts_only_where_nbgrader_puts_it(tmp_path: Path) -> None:
    submitted = tmp_path / "submitted"
    put(submitted / "ada" / "ps1" / "ps1.ipynb", "{}")
    put(submitted / "ada" / "ps1" / "timestamp.txt", "2026-11-20 10:00:00\n")
    put(submitted / "ada" / "ps1" / "unzipped" / "timestamp.txt", "1999-01-01 00:00:00 UTC")
    put(submitted / "bob" / "ps1" / "ps1.ipynb", "{}")
    put(submitted / "bob" / "ps1" / "unzipped" / "timestamp.txt", "1999-01-01 00:00:00 UTC")
    put(submitted / "cat" / "ps1" / "timestamp.txt", "yesterday")
    found = {each.entry: each.received_at for each in records(submitted)}
    assert found == {"ada/ps1": "2026-11-20T10:00:00+00:00", "bob/ps1": None, "cat/ps1": None}


def test_two_assignments_in_one_folder_are_refused(tmp_path: Path) -> None:
    for name in ("ps1", "ps2"):
        put(tmp_path / "submitted" / "ada" / name / "timestamp.txt", "2026-11-20 10:00:00 UTC")
    with pytest.raises(UsageError, match="several assignments: ps1, ps2"):
        records(tmp_path / "submitted")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20 10:00:00 UTC", "2026-11-20T10:00:00+00:00"),
        ("2026-11-20 10:00:00", "2026-11-20T10:00:00+00:00"),
        ("2026-11-20 10:00:00 Asia/Seoul", "2026-11-20T01:00:00+00:00"),
        ("2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00+00:00"),
        ("2026-11-20 10:00:00 -0130", "2026-11-20T11:30:00+00:00"),
        ("noon", None),
        ("", None),
    ],
)
def test_times_are_read_as_nbgrader_reads_them(text: str, utc: str | None) -> None:
    time = time_of(text)
    assert (time.isoformat() if time else None) == utc


# --- reports into nbgrader


@pytest.fixture(scope="module", autouse=True)
def programs() -> Iterator[None]:
    with course.programs_on_path():
        yield


def report(student: str, *, earned: float | None = None) -> Report:
    sample = report_samples.explained()
    lines = tuple(line for line in sample.outcomes if line.verdict is not Verdict.TIMED_OUT)  # nobody has to look at it
    points = Score(sum(line.earned for line in lines), sum(line.points for line in lines))
    sample = replace(sample, outcomes=lines, score=points)
    info = replace(sample.submission, student=student)
    score = sample.score if earned is None else Score(earned, sample.score.possible)
    return replace(sample, submission=info, score=score)


def run_of(folder: Path, *reports: Report) -> list[Grade]:
    """Write a folder ``staff`` as batch does, and return its grades."""
    folder.mkdir()
    for each in reports:
        (folder / f"05-logistic-{each.submission.student}.json").write_text(to_json(each, audience=Audience.STAFF))
    (folder / "run.json").write_text("{}")
    table = "".join(csv_grades.table([class_row(each) for each in reports]))
    (folder / "grades.csv").write_text(table, encoding="utf-8", newline="")
    rows = csv_grades.without(csv_grades.read_grades(folder / "grades.csv"), (), file="grades.csv")
    return [row.grade for row in rows]


@pytest.mark.slow
def test_points_comments_and_notebooks_are_in_the_course_and_people_keep_theirs(tmp_path: Path) -> None:
    root, staff = tmp_path / "course", tmp_path / "staff"
    root.mkdir()
    late = replace(report("bob"), score=Score(report("bob").score.earned - 2, 100.0))
    grades = run_of(staff, report("ada"), late)
    written = grades_nbgrader.write(staff, grades, root)
    assert (written.students, written.left_out) == (("ada", "bob"), ())
    full = report("ada").score.earned
    assert course_totals(root) == {"ada": full, "bob": full - 2}

    with grades_nbgrader.opened(root) as book:
        grade = book.find_grade("sigmoid", "05-logistic", "05-logistic", "ada")
        grade.extra_credit = 1.5
        comment = book.find_comment("bce_backward-answer", "05-logistic", "05-logistic", "ada")
        assert "gradient_of_two_columns" in comment.auto_comment
        comment.manual_comment = "See me."
        book.db.commit()
    grades_nbgrader.write(staff, grades, root)
    assert course_totals(root) == {"ada": full + 1.5, "bob": full - 2}
    with grades_nbgrader.opened(root) as book:
        assert book.find_comment("bce_backward-answer", "05-logistic", "05-logistic", "ada").comment == "See me."
        assert len(book.assignment_submissions("05-logistic")) == 2

    done = course.api(root, ours=False).generate_feedback("05-logistic", "ada")
    assert done["success"], done.get("error")
    page = (root / "feedback" / "ada" / "05-logistic" / "05-logistic.html").read_text(encoding="utf-8")
    assert "See me." in page
    assert "gradient_of_two_columns" in page


@pytest.mark.slow
def test_points_that_people_added_are_in_the_course_once(tmp_path: Path) -> None:
    root, staff = tmp_path / "course", tmp_path / "staff"
    root.mkdir()
    plain = report("ada").score
    idea = Adjustment(1.5, "The idea is right. A. Park", task="sigmoid")
    bonus = Adjustment(2.0, "A bonus for all. A. Park")
    more = replace(report("ada"), score=Score(plain.earned + 3.5, plain.possible, (idea, bonus)))
    grades = run_of(staff, more)
    for _ in range(2):
        grades_nbgrader.write(staff, grades, root)
        assert course_totals(root) == {"ada": pytest.approx(plain.earned + 3.5)}
    first, second = more.tasks[0].id, "sigmoid"
    with grades_nbgrader.opened(root) as book:
        where = "05-logistic", "05-logistic", "ada"
        assert "+1.5: The idea is right. A. Park" in book.find_comment(f"{second}-answer", *where).auto_comment
        assert "+2: A bonus for all. A. Park" in book.find_comment(f"{first}-answer", *where).auto_comment
        assert {book.find_grade(task.id, *where).extra_credit for task in more.tasks} <= {None, 0.0}
        book.find_grade(first, *where).manual_score = 1.0  # by a person: the bonus then goes to another task
        book.db.commit()
    grades_nbgrader.write(staff, grades, root)
    with grades_nbgrader.opened(root) as book:
        grade = book.find_grade(first, *where)
        assert (grade.manual_score, grade.score) == (1.0, 1.0)
        assert "A bonus for all" in book.find_comment(f"{more.tasks[1].id}-answer", *where).auto_comment


def course_totals(root: Path) -> dict[str, float]:
    with grades_nbgrader.opened(root) as book:
        found = book.assignment_submissions("05-logistic")
        return {each.student.id: each.score - each.late_submission_penalty for each in found}


def test_a_run_without_reports_is_refused(tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    with pytest.raises(UsageError, match="has no report of these students"):
        grades_nbgrader.write(tmp_path / "staff", [Grade("ada", 1.0, 2.0)], tmp_path)
