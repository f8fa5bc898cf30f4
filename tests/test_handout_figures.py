"""Every number of a hand-out is computed from the solution, is a figure of a lecture, or is listed with a reason."""

from __future__ import annotations

import doctest
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import handout_thresholds  # noqa: F401 - it registers its computations
import handout_trainings  # noqa: F401 - likewise
import pytest
import torch
from handout_figures import COMPUTATIONS, EXAMS, FINALS, Computation, solution
from test_docs import run_block
from test_handouts import COURSE, ROOT, every_assignment, every_page
from test_lecture_figures import FIGURES, decimals, erratum_rows, numbers, place

from autograder.course.assignment import Assignment

MARKS: list[list[pytest.MarkDecorator]] = [[], [pytest.mark.slow], [pytest.mark.long]]
MNIST = "test_lecture_mnist.py"
# A number with a decimal point, thousands, an exponent or a percent sign; whole numbers are too many.
TOKEN = re.compile(
    r"(?<![\w.,/])(?:\d{1,3}(?:,\d{3})+|\d*\.\d+|\d+(?=e-?\d)|\d+(?= %))(?:e-?\d+)?(?!\.?\w|,\d{3})", re.ASCII
)
# A block of Python, with what it prints.
PYTHON = re.compile(r"^```python\n.*?^```$(?:\n\n```text\n.*?^```$)?", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"\]\([^)]*\)")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As behind the wall: the order of a sum decides its last digits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def prose(assignment: Assignment, name: str) -> str:
    """A hand-out without blocks of Python, whose numbers are inputs, what they print, and addresses of links."""
    return ADDRESS.sub("]", PYTHON.sub("", (assignment.folder / name).read_text(encoding="utf-8")))


def agrees(text: str, value: float) -> bool:
    """Is ``value``, up to its sign, what ``text`` says with its digits, or between the two numbers of a range?"""
    plain = text.replace(",", "")
    if " " in plain:
        low, high = plain.split()
        unit = 10.0 ** -decimals(low.encode())
        return float(low) - unit / 2 <= value <= float(high) + unit / 2
    return abs(abs(value) - float(plain)) <= 0.500001 * 10.0 ** -decimals(plain.encode())


@pytest.mark.slow
@pytest.mark.parametrize(
    "computation",
    [
        pytest.param(each, marks=MARKS[bool(each.slow) + each.long], id=f"{each.slug}-{number}")
        for number, each in enumerate(COMPUTATIONS)
    ],
)
def test_the_solution_gives_the_numbers_of_the_hand_out(computation: Computation) -> None:
    found = computation.run()
    assert {number for text, _ in found for number in text.split()} == computation.texts() != set()
    assert [(text, value) for text, value in found if not agrees(text, value)] == []
    (assignment,) = (each for each in COURSE if each.slug == computation.slug)
    for name in ("README.md", "README.ko.md"):
        page = prose(assignment, name)
        missing = [
            number
            for text, _ in found
            for number in text.split()
            if not re.search(rf"(?<![\w.,]){re.escape(number)}(?!\.?\w|,\d{{3}})", page, re.ASCII)
        ]
        assert missing == [], name


def printed_for(slug: str) -> list[float]:
    """Return the figures of the lectures, printed and reproduced, that belong to a case or erratum of an assignment."""
    met = {number: rest[-1].split(", ") for number, rest in erratum_rows().items()}
    tests = {"05-logistic": "test_lecture_logistic.py", "07-data": MNIST, "11-mnist-linear": MNIST, "13-cnn": MNIST}
    found: list[float] = []
    for figure in FIGURES:
        slugs = {name.partition("/")[0] for name in place(figure).get("cases", [])}
        slugs |= set(met[place(figure)["erratum"]]) if "erratum" in place(figure) else set()
        files = {name.partition("::")[0] for name in place(figure).get("tests", [])}
        if slug in slugs or tests.get(slug) in files:
            found += numbers(figure["printed"]) + numbers(figure["reproduced"])
    return found


def is_printed(text: str, lectures: list[float]) -> bool:
    """Is it a figure of the lectures, rounded to three digits or more, or exactly?"""
    digits = len(text.replace(",", "").replace(".", "").lstrip("0").partition("e")[0])
    exact = float(text.replace(",", ""))
    return any(agrees(text, value) if digits >= 3 else abs(value) == exact for value in lectures)


def listed_for(slug: str) -> list[str]:
    """Return the numbers that somebody chose, or that take too long."""
    tables = tomllib.loads((ROOT / "tests/handout_figures.toml").read_text(encoding="utf-8"))
    return [number for table in tables.values() for text in table.get(slug, {}).values() for number in text.split()]


@every_page
def test_every_number_of_a_hand_out_has_its_place(assignment: Assignment, name: str) -> None:
    """Compute a new number in ``handout_figures.py``, or say in ``handout_figures.toml`` what it is."""
    slug = assignment.slug
    computed = {number for each in COMPUTATIONS if each.slug == slug for number in each.texts()}
    listed = set(listed_for(slug))
    lectures = printed_for(slug)
    found = {match[0] for match in TOKEN.finditer(prose(assignment, name))}
    rest = {text for text in found - computed - listed if not is_printed(text, lectures)}
    assert sorted(rest) == []


@every_assignment
def test_no_number_is_listed_that_the_hand_out_lacks(assignment: Assignment) -> None:
    page = prose(assignment, "README.md")
    found = {match[0] for match in TOKEN.finditer(page)}
    listed = listed_for(assignment.slug)
    assert sorted(set(listed) - found) == []
    assert len(listed) == len(set(listed))


def test_the_predictions_of_the_errata() -> None:
    """Epoch 96 of 100 on the exam rows."""
    regression = solution("03-linear-regression")
    w, b, _ = regression.gradient_descent(EXAMS, FINALS, lr=1e-5, epochs=95)
    predictions = regression.hypothesis(EXAMS, w, b)[:, 0]
    assert f"{predictions[2]:.4f} and {predictions[4]:.4f}" in " ".join(erratum_rows()["E8"])


# --- examples


@every_assignment
def test_the_worked_numbers_of_a_stub_are_those_of_the_solution(assignment: Assignment) -> None:
    """A stub has the docstrings of its solution."""
    result = doctest.testmod(solution(assignment.slug))
    assert result.failed == 0 and result.attempted >= 9


RUNNABLE = [
    pytest.param(assignment, code, id=f"{assignment.slug}-{number}")
    for assignment in COURSE
    for number, code in enumerate(PYTHON.findall((assignment.folder / "README.md").read_text(encoding="utf-8")))
    if code.startswith(("```python\nimport", "```python\nfrom")) and "show." not in code  # test_looks.py runs these
]


# A slope by differences and by backward(); PyTorch's single precision and the student's double precision.
TWO_WAYS = {"05-logistic": 1e-4, "06-softmax": 1e-4, "10-xor": 1e-6}


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "block"), RUNNABLE)
def test_a_block_that_can_be_run_runs(assignment: Assignment, block: str, tmp_path: Path) -> None:
    """In a folder with the solution. What two ways give, and the block prints, agrees: one line of numbers for each."""
    name = f"{assignment.modules[0]}.py"
    (tmp_path / name).write_bytes((ROOT / "solutions" / assignment.slug / name).read_bytes())
    code = block.removeprefix("```python\n").removesuffix("```").replace("/tmp/digits", str(tmp_path / "digits"))
    done = run_block(code, tmp_path)
    assert done.returncode == 0, done.stderr
    if tolerance := TWO_WAYS.get(assignment.slug):
        first, second = ([float(number) for number in line.split()] for line in done.stdout.splitlines())
        assert first == pytest.approx(second, rel=tolerance)


def test_the_hand_outs_have_blocks_to_run() -> None:
    ids = ["02-tensors-0", "05-logistic-2", "06-softmax-2", "07-data-2", "07-data-3", "10-xor-1", "11-mnist-linear-0"]
    assert [each.id for each in RUNNABLE] == [*ids, "13-cnn-0"]


def test_the_digit_of_the_tensors_is_looked_at_with_every_function() -> None:
    """The lines "On the digit" run, after the block that draws it, and use each function of the assignment."""
    (assignment,) = (each for each in COURSE if each.slug == "02-tensors")
    names = vars(solution("02-tensors")).copy()
    block = next(iter(PYTHON.findall((assignment.folder / "README.md").read_text(encoding="utf-8"))))
    exec(block.removeprefix("```python\n").removesuffix("```"), names)
    lines = {}
    for page, mark in (("README.md", "On the digit"), ("README.ko.md", "이미지에서")):
        paragraphs = re.findall(
            rf"^\*{mark}\*:.*?\n(?=\n|\Z)", (assignment.folder / page).read_text(encoding="utf-8"), re.M | re.S
        )
        lines[page] = [code for each in paragraphs for code in re.findall(r"`([^`]*\(.*?\)[^`]*)`", each)]
    assert lines["README.md"] == lines["README.ko.md"]
    codes = [code for code in lines["README.md"] if not code.startswith(".")]
    for code in codes:
        eval(code, names)
    assert {task.id for task in assignment.tasks} <= {name for code in codes for name in re.findall(r"\w+", code)}
    assert [len(each) for each in names["batches"](names["threes"], 50)] == [50, 50, 33]
    assert names["describe"](names["digit"])[2] == 784 and len(names["threes"]) == 133
