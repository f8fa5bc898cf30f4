"""The hand-outs are true: points, tasks and stubs are those of the assignment."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment
from autograder.messages import say, use_language

ROOT = Path(__file__).parents[1]
COURSE = assignments.load_all(ROOT)
PAGES = [(each, name) for each in COURSE for name in ("README.md", "README.ko.md")]
every_assignment = pytest.mark.parametrize("assignment", COURSE, ids=[each.slug for each in COURSE])
every_page = pytest.mark.parametrize(("assignment", "name"), PAGES, ids=[f"{each.slug}/{name}" for each, name in PAGES])


def read(assignment: Assignment, name: str) -> str:
    """Return a hand-out with single spaces and no line ends."""
    return " ".join((assignment.folder / name).read_text(encoding="utf-8").split())


# --- points


def points_of(cases: Path) -> dict[str, int]:
    """Add up the points of the cases in a file, by task. A set of parametrized cases shares its points."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(cases.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "task":
            task = ast.literal_eval(node.args[0])
            points = next(ast.literal_eval(each.value) for each in node.keywords if each.arg == "points")
            found[task] = found.get(task, 0) + points
    return found


@every_page
def test_the_points_of_the_visible_cases_are_those_of_the_report(assignment: Assignment, name: str) -> None:
    assert assignment.hidden_cases is not None
    visible, hidden = (points_of(path) for path in (assignment.visible_cases, assignment.hidden_cases))
    assert sum(visible.values()) + sum(hidden.values()) == assignment.points
    page = read(assignment, name)
    if name == "README.md":
        counted = re.findall(r"report counts the visible cases, (\d+) of the (\d+) points", page)
        wanted = (sum(visible.values()), assignment.points)
    else:
        counted = re.findall(r"공개(?:된)? 케이스[^.]*?(\d+)점 (?:중|가운데) (\d+)점", page)
        wanted = (assignment.points, sum(visible.values()))
    assert [tuple(map(int, each)) for each in counted] == [wanted]


@every_page
def test_the_states_of_a_task_are_called_as_in_the_report(assignment: Assignment, name: str) -> None:
    with use_language("ko" if name.endswith(".ko.md") else "en"):
        not_started = say("report.not-started", tasks="").partition(":")[0].lower()
        passed = say("state.visible-passed")
    page = read(assignment, name)
    assert f"*{not_started}*" in page
    assert (f"*{passed}*" in page) == (assignment.slug[:2] in ("01", "02", "03"))  # where the first answer is tried


@every_page
def test_every_task_has_its_heading_and_its_points(assignment: Assignment, name: str) -> None:
    page = (assignment.folder / name).read_text(encoding="utf-8")
    found = {}
    for numbers, points in re.findall(r"^## (?:Tasks?|문제) ([^:]+):.*?(\d[\d +]*)(?: points|점)", page, re.MULTILINE):
        for number in re.findall(r"\d+", numbers):
            found[int(number)] = sum(int(each) for each in points.split("+"))
    assert found == {number: task.points for number, task in enumerate(assignment.tasks, start=1)}


@every_page
def test_the_points_of_the_answer_that_is_given(assignment: Assignment, name: str) -> None:
    """ "`predict` says *passed*, 5 / 5": the visible points of the first task."""
    first = points_of(assignment.visible_cases)[assignment.tasks[0].id]
    said = re.findall(r"\*(?:passed|통과)\*, (\d+)(?: / |점 중 )(\d+)", read(assignment, name))
    assert {tuple(map(int, each)) for each in said} <= {(first, first)}


# --- both languages


@every_assignment
def test_the_duration_is_the_same_in_both_languages(assignment: Assignment) -> None:
    english = re.search(r"\*\*It takes\*\*([^.]*?)hours?", read(assignment, "README.md"))
    korean = re.search(r"\*\*걸리는 시간\*\*(.*?)\*\*", read(assignment, "README.ko.md"))
    assert english and korean
    hours = [(number, bool(half)) for number, half in re.findall(r"(\d+)(½?)", english[1])]
    assert hours == [(number, bool(half)) for number, half in re.findall(r"(\d+)시간( 30분| 반)?", korean[1])] != []


# --- how much there is to write

NUMBERS = {1: "one 하나", 2: "two 두", 3: "three 세", 5: "five 다섯", 6: "six 여섯", 7: "seven 일곱", 8: "eight 여덟"}
NUMBERS |= {9: "nine 아홉", 11: "eleven 열한", 19: "nineteen 열아홉"}
LENGTHS = [  # lines of code in the solution, as the first sentences of the hand-out put it
    ("01-dog-wolf", 20, "in about twenty lines", "스무 줄쯤에"),
    ("09-static-graph", 90, "In about ninety lines", "아흔 줄쯤으로"),
    ("14-capstone", 200, "in two hundred lines", "이백 줄로"),
]


@every_page
def test_the_functions_and_classes_to_write_are_counted(assignment: Assignment, name: str) -> None:
    """10-xor gives no numbers. Challenges are not counted."""
    words = {word: number for number, both in NUMBERS.items() for word in both.split()}
    _, said = re.split(r"\*\*(?:You write|작성할 파일)\*\*", read(assignment, name))
    said = re.split(r"\[glossary\]|\[용어집\]", said)[0]
    found = [
        (words[english or korean], english_kind or {"함수": "function", "클래스": "class"}[korean_kind])
        for english, english_kind, korean_kind, korean in re.findall(
            r"(\w+) (?:small )?(function|class)|(함수|클래스) (하나|\w+(?= 개))", said
        )
    ]
    body = [node for module in assignment.modules for node in ast.parse(assignment.stub(module).read_bytes()).body]
    missing = [node for node in body if "NotImplementedError" in ast.unparse(node)]
    optional = [number for number, task in enumerate(assignment.tasks, start=1) if task.challenge]
    missing = [node for node in missing if not any(f"Task {number}:" in ast.unparse(node) for number in optional)]
    functions = sum(isinstance(node, ast.FunctionDef) for node in missing)
    wanted = {(functions, "function"), (len(missing) - functions, "class")} - {(0, "class")}
    assert set(found) == (set() if assignment.slug == "10-xor" else wanted)


@pytest.mark.parametrize(("slug", "lines", "english", "korean"), LENGTHS, ids=[each[0] for each in LENGTHS])
def test_the_length_that_is_announced(slug: str, lines: int, english: str, korean: str) -> None:
    (assignment,) = (each for each in COURSE if each.slug == slug)
    assert english in read(assignment, "README.md") and korean in read(assignment, "README.ko.md")
    assert assignment.solution is not None
    source = (assignment.solution / f"{assignment.modules[0]}.py").read_text(encoding="utf-8")
    prose = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, node.end_lineno + 1)  # type: ignore[operator]
    }
    code = [
        line
        for number, line in enumerate(source.splitlines(), start=1)
        if number not in prose and line.strip() and not line.strip().startswith("#")
    ]
    assert 0.85 * lines <= len(code) <= 1.15 * lines


# --- Markdown


def open_ends(page: str) -> list[str]:
    """Return the bold texts of a page whose stars Markdown shows as stars.

    They begin or end with a sign and have a letter right outside of it: Korean particles follow without a space.
    """
    text = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]+`", "`code`", text)
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        parts = paragraph.split("**")
        for before, bold, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            if (not bold[-1].isalnum() and after[:1].isalnum()) or (not bold[0].isalnum() and before[-1:].isalnum()):
                found.append(bold)
    return found


@every_page
def test_bold_text_is_shown_as_bold(assignment: Assignment, name: str) -> None:
    assert open_ends((assignment.folder / name).read_text(encoding="utf-8")) == []


def test_a_bold_text_that_is_not_shown_as_bold_is_found() -> None:
    page = "**과적합(overfitting)**이라고, **형태**(shape)는, **`x`**로, 곧**(1)** 및 **끝.** 다음"
    assert open_ends(page) == ["과적합(overfitting)", "`code`", "(1)"]


# --- habits


def needed(assignment: Assignment, name: str) -> str:
    """Return what a hand-out says that its reader needs."""
    start, end = ("You need", "It takes") if name == "README.md" else ("필요한 것", "걸리는 시간")
    needs = re.search(rf"\*\*{start}\*\*(.*?)\*\*{end}\*\*", read(assignment, name))
    assert needs
    return needs[1]


@every_page
def test_the_assignments_that_come_first_are_named(assignment: Assignment, name: str) -> None:
    """As on the map of the course."""
    named = re.findall(r"(?<!\d)\d\d(?!\d)", needed(assignment, name))
    assert {slug[:2] for slug in assignment.after} <= {*named}


@every_page
def test_what_is_needed_is_named_by_topic(assignment: Assignment, name: str) -> None:
    """A reader elsewhere has no deck: it is a note beside what is needed."""
    note = r"\(\*[Ii]n the lecture\*: deck .*?\)" if name == "README.md" else r"\(\*강의 자료\*: .*?00\d.*?\)"
    needs = needed(assignment, name)
    assert bool(re.search(note, needs)) == (assignment.slug != "14-capstone")
    rest = re.sub(note, "", needs)
    assert not re.search(r"\bdeck\b|강의 자료", rest) and len(rest) > 10


@every_page
def test_hand_outs_with_long_trainings_ask_for_a_guess_first(assignment: Assignment, name: str) -> None:
    mark = {"README.md": "**Guess first.**", "README.ko.md": "**먼저 예상하기.**"}[name]
    assert (mark in read(assignment, name)) == (assignment.slug[:2] in ("03", "06", "08", "10", "13"))


# --- drawings


@every_page
def test_a_hand_out_that_asks_for_a_plot_says_how_to_get_one(assignment: Assignment, name: str) -> None:
    """matplotlib is not installed with the grader."""
    asks = re.search(r"\bplt\.|\bPlot the|\bDraw (?:W|what|them)", read(assignment, "README.md"))
    assert bool(asks) == (assignment.slug[:2] in ("03", "08", "10", "11", "13"))
    assert bool(asks) == ("`.venv/bin/pip install matplotlib`" in read(assignment, name))


# --- stubs


@every_assignment
def test_every_error_of_a_stub_names_its_own_function(assignment: Assignment) -> None:
    """A student who calls avg_pool2d must not read the name of max_pool2d."""
    named = []
    for module in assignment.modules:
        for owner in ast.parse(assignment.stub(module).read_bytes()).body:
            for node in ast.walk(owner):
                if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
                    said = re.search(r"Task (\d+): (\w+)", ast.unparse(node))
                    assert said and isinstance(owner, ast.FunctionDef | ast.ClassDef), ast.unparse(node)
                    assert said[2] == owner.name
                    named.append(int(said[1]))
    assert set(named) == set(range(1, len(assignment.tasks) + 1))
