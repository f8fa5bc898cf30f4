"""Every figure of the lectures has its place: a case or test that checks it, an erratum, or the reason why not.

``data/lecture_figures.json`` holds what the decks print and what a computation gives; ``lecture_figures.toml`` says of
each figure where it went.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import assignment as assignments

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FIGURES: list[dict[str, Any]] = json.loads((TESTS / "data/lecture_figures.json").read_text(encoding="utf-8"))
PLACES: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    (TESTS / "lecture_figures.toml").read_text(encoding="utf-8")
)
ERRATA = (ROOT / "docs/reference/lecture_errata.md").read_text(encoding="utf-8")
COURSE = {each.slug: each for each in assignments.load_all(ROOT)}


def place(figure: dict[str, Any]) -> dict[str, Any]:
    return PLACES[figure["deck"]][figure["what"]]


def checks(figure: dict[str, Any]) -> list[str]:
    """The cases "slug/id" and the tests "file::name" that check a figure."""
    where = PLACES.get(figure["deck"], {}).get(figure["what"], {})
    return [*where.get("cases", []), *where.get("tests", [])]


CHECKED = [each for each in FIGURES if checks(each)]

# --- every figure has one place


def test_no_figure_is_forgotten_and_none_is_made_up() -> None:
    asked = [(each["deck"], each["what"]) for each in FIGURES]
    assert len(asked) == len(set(asked)) == 171
    assert sorted((deck, what) for deck, places in PLACES.items() for what in places) == sorted(asked)


def test_every_figure_has_exactly_one_place() -> None:
    kinds = [{"cases"}, {"cases", "computed"}, {"tests"}, {"left_out"}]
    kinds += [{*kind, "erratum"} for kind in kinds] + [{"erratum"}]
    assert [each["what"] for each in FIGURES if set(place(each)) not in kinds or not all(place(each).values())] == []


def test_a_figure_that_the_lecture_has_wrong_is_an_erratum() -> None:
    assert [each["what"] for each in FIGURES if each["agrees"] is False and "erratum" not in place(each)] == []


# --- errata


def erratum_rows() -> dict[str, list[str]]:
    """The rows of the tables of errata, by number, without the number."""
    rows = (line.strip("| ").split(" | ") for line in ERRATA.splitlines() if re.match(r"\| E\d+ \|", line))
    return {number: rest for number, *rest in rows}


def test_errata_are_numbered_and_told_where_they_are_met() -> None:
    rows = erratum_rows()
    assert sorted(rows, key=lambda number: int(number[1:])) == [f"E{number}" for number in range(1, 34)]
    assert {len(rest) for rest in rows.values()} == {4}
    met = {number: rest[-1].split(", ") for number, rest in rows.items()}
    assert {slug for slugs in met.values() for slug in slugs} <= set(COURSE)


def test_every_erratum_that_a_figure_names_is_listed_under_its_deck() -> None:
    deck_of: dict[str, str] = {}
    for section in re.split(r"^## ", ERRATA, flags=re.MULTILINE):
        for number in re.findall(r"^\| (E\d+) \|", section, re.MULTILINE):
            deck_of[number] = section.splitlines()[0]
    wrong = [
        (each["what"], place(each)["erratum"])
        for each in FIGURES
        if "erratum" in place(each) and each["deck"] not in deck_of.get(place(each)["erratum"], "")
    ]
    assert wrong == []


# --- cases


@functools.cache
def parsed(path: Path) -> tuple[dict[str, ast.stmt], list[str]]:
    """The functions and constants of a file of cases by their names, and its lines."""
    text = path.read_text(encoding="utf-8")
    named: dict[str, ast.stmt] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named[node.name] = node
        elif isinstance(node, ast.Assign):
            named |= {
                each.id: node for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)
            }
    return named, text.splitlines()


def check(name: str) -> tuple[Path, str] | None:
    """The file and the function of a case "slug/id" or a test "file::name", None if there is none."""
    file, is_test, test = name.partition("::")
    if is_test:
        path = TESTS / file
        return (path, test) if path.is_file() and test in parsed(path)[0] else None
    slug, _, case_id = name.partition("/")
    if slug not in COURSE:
        return None
    function = "test_" + case_id.partition("[")[0]
    files = (COURSE[slug].visible_cases, COURSE[slug].hidden_cases)
    return next(((path, function) for path in files if path and function in parsed(path)[0]), None)


def literals(path: Path, name: str) -> Iterator[tuple[float, int]]:
    """The numbers in a function and in whatever it uses of its file; each with its count of decimals."""
    named, lines = parsed(path)
    todo, done = [name], set()
    while todo:
        current = todo.pop()
        if current in done or current not in named:
            continue
        done.add(current)
        for node in ast.walk(named[current]):
            if isinstance(node, ast.Name):
                todo.append(node.id)
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                yield (
                    float(node.value),
                    decimals(lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset]),
                )


def decimals(written: bytes) -> int:
    """Count the decimals of a number as it is written: 2 of 0.05, 5 of 1.5e-4."""
    mantissa, _, exponent = written.decode().lower().replace("_", "").partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def numbers(value: object) -> list[float]:
    """All numbers of a nested list."""
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def is_written(number: float, found: list[tuple[float, int]]) -> bool:
    """Is it there, up to its sign and to one unit of the last decimal that both are given with?"""
    size = abs(number)
    own = 99 if size.is_integer() else decimals(repr(size).encode())
    for literal, digits in found:
        unit = 1.000001 * 10.0 ** -min(own, digits) if digits > 0 else 0.0  # whole numbers must be equal
        if size == literal or abs(size - literal) <= min(unit, 0.02 * size):
            return True
    return False


def test_every_case_that_is_named_exists() -> None:
    named = {name for each in CHECKED for name in checks(each)}
    assert sorted(name for name in named if check(name) is None) == []


def sides(figure: dict[str, Any]) -> list[list[float]]:
    """What a case may hold: all as printed, all as reproduced, or of a figure that is partly wrong the right parts."""
    printed, reproduced = numbers(figure["printed"]), numbers(figure["reproduced"])
    if figure["agrees"] is not False:
        return [side for side in (printed, reproduced) if side]
    if len(printed) == len(reproduced) > 0:
        pairs = zip(printed, reproduced, strict=True)
        printed = [old if abs(old - new) <= 1e-4 * abs(new) else new for old, new in pairs]
        return [printed, reproduced]
    return [reproduced] if reproduced else []


@pytest.mark.parametrize("figure", CHECKED, ids=[f"{each['deck']}-{each['what']}" for each in CHECKED])
def test_the_number_stands_in_a_case(figure: dict[str, Any]) -> None:
    """Or somebody says how the case computes it."""
    if "computed" in place(figure):
        return
    found = [found for name in checks(figure) for found in literals(*(check(name) or pytest.fail(name)))]
    lacking = [[number for number in side if not is_written(number, found)] for side in sides(figure)]
    assert [] in lacking, f"{checks(figure)} lack {lacking}"


def test_numbers_are_found_up_to_the_digits_that_are_written() -> None:
    found = [(0.3568, 4), (7.0, 0), (1e-5, decimals(b"1e-5")), (147.0638784, 7)]
    assert (
        is_written(0.35681, found)
        and is_written(147.064, found)
        and is_written(-7.0, found)
        and is_written(1e-5, found)
    )
    assert not is_written(0.3571, found) and not is_written(7.3, found) and not is_written(0.0, found)
    assert [decimals(text) for text in (b"0.05", b"1.5e-4", b"7", b"1_000.5")] == [2, 5, 0, 1]
