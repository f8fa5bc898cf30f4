"""Every number of a hand-out is computed from the solution, is a figure of a lecture, or is listed with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import torch
from handout_figures import COMPUTATIONS, GIVEN, MEASURED, Computation
from test_handouts import COURSE, every_assignment, every_page
from test_lecture_figures import FIGURES, decimals, erratum_rows, numbers, place

from autograder.course.assignment import Assignment

MARKS: list[list[pytest.MarkDecorator]] = [[], [pytest.mark.slow], [pytest.mark.long]]
MNIST = "test_lecture_mnist.py"
# A number with a decimal point, thousands, an exponent or a percent sign; whole numbers are too many.
TOKEN = re.compile(
    r"(?<![\w.,/])(?:\d{1,3}(?:,\d{3})+|\d*\.\d+|\d+(?=e-?\d)|\d+(?= %))(?:e-?\d+)?(?!\.?\w|,\d{3})", re.ASCII
)
PYTHON = re.compile(r"^```python\n.*?^```$", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"\]\([^)]*\)")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As behind the wall: the order of a sum decides its last digits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def prose(assignment: Assignment, name: str) -> str:
    """A hand-out without blocks of Python, whose numbers are inputs, and without addresses of links."""
    return ADDRESS.sub("]", PYTHON.sub("", (assignment.folder / name).read_text(encoding="utf-8")))


def agrees(text: str, value: float) -> bool:
    """Is ``value``, up to its sign, what ``text`` says with its digits, or between the two numbers of a range?"""
    plain = text.replace(",", "")
    if " " in plain:
        low, high = plain.split()
        unit = 10.0 ** -decimals(low.encode())
        return float(low) - unit / 2 <= value <= float(high) + unit / 2
    return abs(abs(value) - float(plain)) <= 0.500001 * 10.0 ** -decimals(plain.encode())


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


@every_page
def test_every_number_of_a_hand_out_has_its_place(assignment: Assignment, name: str) -> None:
    """Compute a new number in ``handout_figures.py``; if that is impossible, list it there with a reason."""
    slug = assignment.slug
    computed = {number for each in COMPUTATIONS if each.slug == slug for number in each.texts()}
    listed = {number for table in (GIVEN, MEASURED) for text in table.get(slug, {}).values() for number in text.split()}
    lectures = printed_for(slug)
    found = {match[0] for match in TOKEN.finditer(prose(assignment, name))}
    rest = {text for text in found - computed - listed if not is_printed(text, lectures)}
    assert sorted(rest) == []


@every_assignment
def test_no_number_is_listed_that_the_hand_out_lacks(assignment: Assignment) -> None:
    page = prose(assignment, "README.md")
    found = {match[0] for match in TOKEN.finditer(page)}
    listed = [
        n for table in (GIVEN, MEASURED) for text in table.get(assignment.slug, {}).values() for n in text.split()
    ]
    assert sorted(set(listed) - found) == []
    assert len(listed) == len(set(listed))
