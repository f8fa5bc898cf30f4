"""Challenges: optional tasks with cases and 0 points, in every report and in every table of grades."""

from __future__ import annotations

import csv
import io
import json
import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tiny_course
from rich.console import Console
from test_commands import Command
from test_commands import command as command  # a fixture

from autograder.course import assignment as assignments
from autograder.errors import AssignmentError, CaseError
from autograder.grading.policies import attempt_of
from autograder.model import Audience, Report, Verdict
from autograder.reports import class_rows, document, page, plain, standing, summary, terminal
from autograder.reports.junit import junit
from autograder.reports.last_run import LastRun
from autograder.workers.supervisor import Supervisor

SLUG = tiny_course.SLUG
TABLE = """
[[task]]
id = "product"
title = "The product"
points = 0
challenge = true
"""
SOLUTION = f"""{tiny_course.SOLUTION}

def product(x):
    return float(np.prod(x))
"""
STUB = f'''{tiny_course.STUB}

def product(x: np.ndarray) -> float:
    """The product of x."""
    raise NotImplementedError("Task 3: product")
'''
VISIBLE = f'''
@task("product", points=0, hint="Multiply all entries.")
def test_product_of_three(student):
    """Two, three and four are twenty-four."""
    assert_close(student.product(np.array([2.0, 3.0, 4.0])), 24.0)

{tiny_course.VISIBLE}'''
HIDDEN = f'''
@task("product", points=0)
def test_product_of_any(student, reference, rng):
    """Any array is multiplied."""
    x = rng.uniform(1.0, 2.0, size=5)
    assert_close(student.product(x.copy()), reference.product(x))

{tiny_course.HIDDEN}'''
UNSTARTED = SOLUTION.replace("return float(np.prod(x))", 'raise NotImplementedError("Task 3: product")')
WRONG = SOLUTION.replace("np.prod(x)", "np.sum(x)")
SOLVED, OPEN = "Challenge solved: product (The product).", "Challenge, optional, 0 points: product (The product)"


def make(root: Path, *, visible: str = VISIBLE, solution: str | None = SOLUTION) -> tiny_course.Course:
    made = tiny_course.make(root, visible=visible, hidden=HIDDEN, solution=solution, stub=STUB)
    path = made.folder / "assignment.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[limits]", f"{TABLE}\n[limits]"), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, supervisor: Supervisor) -> dict[str, Report]:
    """Official reports of three submissions that have all points, and of one whose challenge prints what it saw."""
    course = make(tmp_path_factory.mktemp("challenge"))
    curious = SOLUTION.replace("def double(x):", "SEEN = []\n\n\ndef double(x):\n    SEEN.append(x.size)").replace(
        "return float(np.prod(x))", 'raise ValueError(f"seen {SEEN}")'
    )
    sources = {"solved": SOLUTION, "open": UNSTARTED, "wrong": WRONG, "curious": curious}
    found = tiny_course.graded(course, *sources.values(), supervisor=supervisor)
    return dict(zip(sources, found, strict=True))


def on_terminal(report: Report, *, linear: bool = False) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    (plain if linear else terminal).show(report, audience=Audience.STUDENT, console=console)
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def renderings(report: Report) -> list[str]:
    texts = [on_terminal(report), on_terminal(report, linear=True), page.html(report, audience=Audience.STUDENT)]
    return [*texts, summary.markdown([report], audience=Audience.STUDENT)]


# --- reports


def test_a_solved_challenge_earns_a_sentence_and_no_point(reports: dict[str, Report]) -> None:
    report = reports["solved"]
    assert (report.score.earned, report.score.possible) == (20.0, 20.0)
    for text in renderings(report):
        assert SOLVED in text and OPEN not in text
    assert document.from_json(document.to_json(report, audience=Audience.STUDENT)).tasks[2].challenge


def test_a_challenge_that_is_not_started_is_one_quiet_line(reports: dict[str, Report]) -> None:
    report = reports["open"]
    assert (report.score.earned, report.score.possible) == (20.0, 20.0)
    assert standing.not_started_line(report) == ""
    for text in renderings(report):
        assert OPEN in text and SOLVED not in text and "Everything passes. Well done!" in text
        assert "Next:" not in text and "product_of_three" not in text


def test_a_wrong_challenge_shows_its_cases_and_is_no_failure(reports: dict[str, Report]) -> None:
    report = reports["wrong"]
    assert (report.score.earned, LastRun.of(report).state) == (20.0, "passed")
    for text in renderings(report):
        assert "product_of_three" in text and "Multiply all entries." in text
        assert OPEN not in text and SOLVED not in text and "Everything passes. Well done!" in text
    assert "Next: fix product" in standing.next_step(report)  # nothing else is left


def test_the_challenge_waits_while_a_task_with_points_is_open(tmp_path: Path, supervisor: Supervisor) -> None:
    source = WRONG.replace("return float(np.sum(x))\n\n\ndef product", "return 0.0\n\n\ndef product")
    [report] = tiny_course.graded(make(tmp_path), source, supervisor=supervisor)
    assert "Next: fix total" in standing.next_step(report)
    assert class_rows.class_row(report).hint == "Add up all entries."


def test_a_visible_case_of_a_challenge_never_shows_a_hidden_input(reports: dict[str, Report]) -> None:
    line = tiny_course.line(reports["curious"], "product_of_three")
    assert line.verdict is Verdict.ERRORED and "seen []" in line.message
    assert [each.visible for each in reports["curious"].outcomes[-2:]] == [True, False]  # the challenge comes last


def test_practice_praises_no_more_than_what_ran(tmp_path: Path, command: Command) -> None:
    made = make(tmp_path / "course", solution=None)
    tiny_course.write(made.folder / "tiny.py", SOLUTION)
    out = command("grade", SLUG, "--root", made.root).out
    assert "Challenge: every visible case of product (The product) passes." in out and "passed so far" in out
    assert "9 of 9 visible points (20 in all)" in out
    korean = command("grade", SLUG, "--root", made.root, "--lang", "ko").out
    assert "도전 과제 product(The product)의 공개 케이스를 모두 통과했습니다." in korean
    tiny_course.write(made.folder / "tiny.py", STUB)
    alone = command("grade", SLUG, "--task", "product", "--root", made.root).out
    assert "Next: write product" in alone  # who asks for the challenge alone is told how to begin


# --- tables, and other systems


def test_ci_and_classrooms_count_no_open_challenge_as_failed(reports: dict[str, Report]) -> None:
    root = Path(__file__).parents[1]
    classroom = runpy.run_path(str(root / "templates" / "release" / "classroom50" / "autograder.py"))
    for name, shown in (("solved", 8), ("open", 6), ("wrong", 6)):
        suite = ElementTree.fromstring(junit([reports[name]], audience=Audience.STUDENT))[0]
        assert (suite.get("failures"), suite.get("errors"), suite.get("tests")) == ("0", "0", "8")
        result = classroom["as_result"](json.loads(document.to_json(reports[name], audience=Audience.STUDENT)))
        assert (result["score"], result["max-score"], len(result["tests"])) == (20, 20, shown)
        assert all(test["passed"] for test in result["tests"])


def test_a_class_counts_challenges_apart(reports: dict[str, Report]) -> None:
    rows = {name: class_rows.class_row(report) for name, report in reports.items()}
    assert rows["solved"].counts == "6 passed, product: challenge solved"
    assert rows["wrong"].counts == rows["open"].counts == "6 passed" and not rows["wrong"].hint
    assert class_rows.from_json(class_rows.to_json(rows["solved"])) == rows["solved"]
    assert attempt_of(reports["wrong"]).possible == {"double": 12.0, "total": 8.0}


@pytest.mark.slow
def test_grades_of_a_class(tmp_path: Path, command: Command) -> None:
    made = make(tmp_path / "course")
    for name, source in (("kim", SOLUTION), ("lee", WRONG)):
        tiny_course.write(tmp_path / "class" / f"{name}.py", source)
    where = ["--root", made.root]
    assert command("batch", SLUG, tmp_path / "class", "--out", "out", *where).code == 0
    rows = list(csv.DictReader(Path("out/staff/grades.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["earned"], row["possible"], row["challenges"]) for row in rows] == [
        ("20.0", "20.0", "product"),
        ("20.0", "20.0", ""),
    ]
    assert "product" not in rows[0]  # no column of points
    assert command("export", "out/staff/grades.csv", "--to", "csv", "--out", "up.csv", *where).code == 0
    assert Path("up.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("kim,20,20,")
    refused = command("adjust", SLUG, "kim", "--task", "product", "--points", 1, "--reason", "x", "--by", "A", *where)
    assert refused.code == 2 and "There is no task product. The tasks are double, total." in refused.err


# --- what is refused

FAULTS = {
    "points": ("points = 0", "points = 5", "points is 5, but a challenge gives none; write points = 0, or remove"),
    "no challenge": ("challenge = true", "", "points is 0; write a number above 0, or add challenge = true"),
    "not true": ("challenge = true", "challenge = 1", "challenge is 1; write true or false."),
    "a person": ("challenge = true", 'challenge = true\nkind = "manual"', "cases check a challenge, not a person"),
    "below 0": ("points = 0", "points = -1", "points is -1; write a number above 0."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_challenge_is_one_sentence(tmp_path: Path, name: str) -> None:
    path = make(tmp_path).folder / "assignment.toml"
    old, new, problem = FAULTS[name]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(AssignmentError) as caught:
        assignments.load(SLUG, root=tmp_path)
    assert problem in caught.value.message and f"assignments/{SLUG}/assignment.toml, line " in caught.value.message


CASES = {
    "points": ('"product", points=0', '"product", points=2', "product is a challenge, which gives no points"),
    "no points": ('"double", points=6', '"double", points=0', "points is 0; write a number above 0, or make double"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_points_if_its_task_has(tmp_path: Path, supervisor: Supervisor, name: str) -> None:
    old, new, problem = CASES[name]
    course = make(tmp_path, visible=VISIBLE.replace(old, new))
    with pytest.raises(CaseError, match=problem):
        tiny_course.graded(course, SOLUTION, supervisor=supervisor)
