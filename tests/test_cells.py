"""Test cells of a notebook on the trusted side: which statements run, what is points, what students read."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.errors import SuiteError
from autograder.grading.cells import CellScore, Failure, TestCell, as_shown, define, hidden_lines, with_hidden_blanked


def run(source: str, points: float = 4.0, **names: Any) -> CellScore:
    return TestCell("t", source, points).run(names, limit_s=5)


def texts(score: CellScore) -> list[tuple[int, str]]:
    return [(failure.line, failure.text) for failure in score.failures]


@pytest.mark.parametrize(
    ("last", "points"),
    [
        ("2.5", 2.5), ("0", 0.0), ("9", 4.0), ("-1", 0.0), ("True", 4.0), ("'1'", 4.0), ("None", 4.0), ("[1]", 4.0),
        ("float('nan')", None), ("float('inf')", None), ("__import__('numpy').float64(1.5)", 1.5), ("x = 1", 4.0),
    ],
)  # fmt: skip
def test_the_last_expression_is_the_points(last: str, points: float | None) -> None:
    score = run(f"assert True\n{last}")
    assert score.points == points
    assert bool(score.trouble) == (points is None)


def test_all_checks_are_tried_and_nothing_else_after_a_failure() -> None:
    done: list[int] = []
    score = run(
        "assert f(1) == 2\nassert f(2) == 2\nx = f(3)\nassert x == 4\nfor i in (1, 2): done.append(i)", f=int, done=done
    )
    assert [line for line, _ in texts(score)] == [1, 4]
    assert texts(score)[0][1].startswith("assert f(1) == 2: assert 1 == 2")
    assert score.points == 0
    assert done == []


def test_what_is_missing_is_said_once() -> None:
    assert texts(run("assert f(1) == 2\nassert f(2) == 2")) == [
        (1, "assert f(1) == 2: NameError: name 'f' is not defined")
    ]


def test_a_statement_that_raises_ends_the_cell() -> None:
    assert texts(run("x = 1 / 0\nassert x == 1")) == [(1, "x = 1 / 0: ZeroDivisionError: division by zero")]


def test_pytest_raises_that_meets_nothing_is_a_failed_check() -> None:
    score = run("import pytest\nwith pytest.raises(ValueError):\n    int('1')")
    assert texts(score) == [(2, "with pytest.raises(ValueError):: DID NOT RAISE ValueError")]


HIDDEN = (
    "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nwant = 2\nassert f(2) == 3\n### END HIDDEN TESTS\nassert f(0) == want"
)


def test_a_hidden_check_shows_neither_its_line_nor_values_it_has_set() -> None:
    score = run(HIDDEN, f=int)
    assert [(each.line, each.text, each.is_hidden) for each in score.failures] == [
        (4, "A hidden check failed.", True),
        (6, "assert f(0) == want", False),
    ]
    assert "assert 2 == 3" in score.failures[0].staff


def test_prints_of_a_hidden_check_are_not_shown() -> None:
    assert run(HIDDEN, f=lambda x: print("got", x) or x).printed == "got 1\ngot 0\n"


def test_hidden_lines_are_blanked_in_place() -> None:
    assert hidden_lines(HIDDEN) == {2, 3, 4, 5}
    assert with_hidden_blanked(HIDDEN).split("\n") == ["assert f(1) == 1", "", "", "", "", "assert f(0) == want"]


def test_what_a_student_reads_comes_from_the_run_without_hidden_tests() -> None:
    told = CellScore(
        0.0, (Failure(1, "777", False), Failure(2, "hidden", True), Failure(3, "778", False)), "printed 777"
    )
    clean = CellScore(0.0, (Failure(1, "1 != 2", False),), "printed 1")
    shown = as_shown(told, clean)
    assert [each.text for each in shown.failures] == ["1 != 2", "hidden", "This check failed."]
    assert shown.printed == "printed 1"


@pytest.mark.parametrize("source", ["import no_such_package", "def f(:", "%%bash\nls"])
def test_an_error_of_the_cell_gives_no_points_and_no_zero(source: str) -> None:
    score = run(source)
    assert score.points is None
    assert "The test cell t, line 1" in score.trouble


def test_an_error_of_the_suite_gives_no_zero() -> None:
    def cannot() -> None:
        raise SuiteError("t, line 1: it cannot work.")

    assert run("cannot()", cannot=cannot) == CellScore(None, trouble="t, line 1: it cannot work.")


def test_magics_and_warnings_cost_nothing() -> None:
    score = run("%matplotlib inline\nimport warnings\nwarnings.warn('careful')\nassert True")
    assert score.points == 4.0


def test_an_endless_test_ends() -> None:
    score = TestCell("t", "while True:\n    pass", 1.0).run({}, limit_s=0.2)
    assert score.points == 0.0


def test_a_locked_cell_gives_its_imports_and_helpers_and_runs_nothing_else() -> None:
    names: dict[str, Any] = {}
    define("import math\nfrom os import path\ndef helper(): return 1\nx = 1 / 0\nimport no_such_package", names)
    assert {"math", "path", "helper"} <= set(names)
    assert "x" not in names
