"""What an author of cases meets: errors that name the case, arguments that may change, a backward pass with a cache."""

from __future__ import annotations

import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bank import LocalFunction
from conftest import Connect, Load
from tiny_course import SOLUTION, STUB, graded, make

from autograder.checks.assertions import CaseFailed, assert_matches, assert_pure
from autograder.checks.gradients import assert_gradient
from autograder.checks.honesty import assert_without
from autograder.errors import CaseError, CaseMisuse
from autograder.grading.pytest_plugin import task
from autograder.messages import say, use_language
from autograder.model import GradedCase, Report, Verdict
from autograder.student.handle import inside, with_cache
from autograder.workers.supervisor import Supervisor


def practice(
    root: Path, visible: str, source: str, supervisor: Supervisor, *, solution: str | None = None, stub: str = STUB
) -> Report:
    """Grade the visible cases alone, without a solution unless one is given."""
    course = make(root, visible=textwrap.dedent(visible), solution=solution, hidden=None, stub=stub)
    return graded(course, textwrap.dedent(source), supervisor=supervisor, official=False)[0]


def only(report: Report) -> GradedCase:
    [line] = report.outcomes
    return line


# --- a function of the case in the place of one of the submission


def square(x: Any) -> Any:
    return x**2


MISUSES = {
    "gradient": lambda function: assert_gradient(function, of=square, at=np.ones(3)),
    "matches": lambda function: assert_matches(function, square, [(np.ones(3),)]),
    "pure": lambda function: assert_pure(function, np.ones(3)),
    "without": lambda function: assert_without(function, np.ones(3)),
}


@pytest.mark.parametrize(
    "function", [square, partial(square), {}.get, abs], ids=["def", "partial", "method", "builtin"]
)
@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_a_plain_function_is_an_error_of_the_case(misuse: Any, function: Any) -> None:
    with pytest.raises(CaseMisuse, match=r"is a function of the case; give one of the submission, such as student\.f"):
        misuse(function)


COMPOSED = """
from autograder import assert_gradient


@task("double", points=1)
def test_double(student):
    def twice(x):
        return student.double(student.double(x))

    assert_gradient(twice, of=lambda x: np.sum(x), at=np.ones(3))
"""


def test_a_composition_in_the_case_costs_no_points_and_names_the_remedy(tmp_path: Path, supervisor: Supervisor) -> None:
    line = only(practice(tmp_path / "student", COMPOSED, SOLUTION, supervisor))
    assert line.verdict is Verdict.GRADER_ERROR
    assert line.staff.startswith("assert_gradient: twice is a function of the case;")
    with pytest.raises(CaseError, match=r"double does not pass on the solution .*use inside\(student, function\)"):
        practice(tmp_path / "staff", COMPOSED, SOLUTION, supervisor, solution=SOLUTION)


def test_an_attribute_of_a_submission_is_never_a_misuse(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=1)
        def test_double(student):
            assert_pure(student.double, np.ones(3))
    """
    for source in (
        "double = 3.0",
        "double = abs",
        "double = lambda x: x",
        "import functools\ndouble = functools.cache(abs)",
    ):
        line = only(practice(tmp_path, visible, source, supervisor))
        assert line.verdict is not Verdict.GRADER_ERROR, source


def test_a_case_that_raises_on_the_solution_is_told_what_it_raised(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = '@task("double", points=1)\ndef test_double(student):\n    student.double(1.0).nothing\n'
    with pytest.raises(CaseError) as caught:
        practice(tmp_path, visible, SOLUTION, supervisor, solution=SOLUTION)
    assert "(failed). The case raised AttributeError: 'float' object has no attribute 'nothing'." in str(caught.value)
    assert "your code" not in str(caught.value)


def test_every_case_that_fails_on_the_solution_is_named(tmp_path: Path, supervisor: Supervisor) -> None:
    wrong = SOLUTION.replace("2 * x", "3 * x").replace("np.sum(x)", "np.sum(x) + 1")
    course = make(tmp_path, solution=wrong)
    with pytest.raises(CaseError) as caught:
        graded(course, SOLUTION, supervisor=supervisor)
    lines = str(caught.value).splitlines()
    assert [line.split(" does not pass")[0] for line in lines[:2]] == [
        "01-tiny: the case double_of_two",
        "01-tiny: the case total_of_three",
    ]
    assert "total_of_any" not in str(caught.value)  # it was skipped because of total_of_three
    assert str(caught.value).count("Nothing was graded. Fix the cases or the solution.") == 1


# --- arguments that may change by contract


UPDATE = """
def double(x, config):
    config["steps"] = config.get("steps", 0) + 1
    {more}
    return 2 * x
"""

MAY_CHANGE = """
@task("double", points=4, may_change=("config",))
def test_double(student):
    x, config = np.array([1.0, 2.0]), {"steps": 0}
    want = 2 * x
    assert_close(student.double(x, config), want)
    assert_close(assert_pure(student.double, x, config=config), want)
    require(config["steps"] == 1, "The case does not see the change.")
    require(x[0] == 1.0, "The case sees a change that is not allowed.")
"""


def test_an_argument_may_change_by_contract_and_the_others_may_not(tmp_path: Path, supervisor: Supervisor) -> None:
    stub = UPDATE.format(more="pass")
    allowed = only(practice(tmp_path, MAY_CHANGE, stub, supervisor, stub=stub))
    assert (allowed.verdict, allowed.message) == (Verdict.PASSED, "")
    direct = MAY_CHANGE.replace("assert_close(assert_pure(student.double, x, config=config), want)", "")
    changed = only(
        practice(tmp_path, direct, UPDATE.format(more="y = 2 * x; x[1] = 7.0; return y"), supervisor, stub=stub)
    )
    assert changed.mismatch is not None and changed.mismatch.got == "argument x changed in place"
    assert changed.earned == 3.0


def test_a_change_names_the_parameter(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=4, may_change=("y",))
        def test_double(student):
            student.double({"W": np.ones(2)}, np.ones(2))
    """
    source = "def double(params, y):\n    y[0] = 5\n    params['W'][0] = 3\n    return 1.0\n"
    course = make(tmp_path, visible=visible, solution=None, stub=source)
    line = only(graded(course, source, supervisor=supervisor, official=False)[0])
    assert line.mismatch is not None and line.mismatch.got == "argument params['W'] changed in place"
    assert line.earned == 3.0


def test_a_gradient_may_change_what_the_case_allows(connect: Connect) -> None:
    submitted = connect("def g(x, state):\n    state[0] += 1\n    return 2 * x\n")
    submitted.connection.source.parameters["g"] = ("x", "state")
    arguments: Any = {"of": lambda x, state: np.sum(x**2), "at": (np.ones(3), np.zeros(1))}
    with pytest.raises(CaseFailed) as caught:
        assert_gradient(submitted.begin("strict").g, **arguments)
    assert caught.value.mismatch is not None
    assert caught.value.mismatch.got == "argument state changed in place"
    assert_gradient(submitted.begin("free", may_change=frozenset({"state"})).g, **arguments)


def test_may_change_names_parameters_of_the_solution(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = MAY_CHANGE.replace('("config",)', '("confg",)')
    with pytest.raises(
        CaseError, match=r"may_change=\('confg', …\), but no function .* parameter confg\. .* are config, x\."
    ):
        practice(tmp_path, visible, SOLUTION, supervisor, solution=UPDATE.format(more="pass") + "\ndef total(x): ...\n")


def test_may_change_is_a_tuple() -> None:
    with pytest.raises(CaseError, match=r'may_change=\("config",\)'):
        task("double", points=1, may_change="config")


def test_a_kink_names_the_argument() -> None:
    def of(x: Any, slope: Any) -> Any:
        return np.sum(np.abs(x)) * slope

    with pytest.raises(CaseError, match=r"4 of 4 entries of x lie on a kink of test_a_kink"):
        assert_gradient(LocalFunction(lambda x, slope: np.sign(x)), of=of, at=(np.zeros(4), 1.0))
    with pytest.raises(CaseError, match=r"wrt names argument 7 of test_a_kink"):
        assert_gradient(LocalFunction(lambda x, slope: np.sign(x)), of=of, at=(np.ones(4), 1.0), wrt=7)
    with pytest.raises(CaseError, match=r"wrt names slope of test_a_kink"):
        assert_gradient(LocalFunction(lambda x, slope: np.sign(x)), of=of, at=(np.ones(4), 1), wrt=1)


# --- backward(dout, cache)


AFFINE = """
CACHE = {}


def affine_forward(x, w, b):
    CACHE["all"] = (x, w, b)
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
"""


def check_affine(student: Any) -> None:
    rng = np.random.default_rng(3)
    at = (rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2))
    gradient = with_cache(student.affine_forward, student.affine_backward)
    assert_gradient(gradient, of=lambda x, w, b: x @ w + b, at=at, wrt=(0, 1, 2), dout=rng.normal(size=(4, 2)))


def test_a_backward_pass_with_a_cache_is_checked_by_slopes(load: Load) -> None:
    check_affine(load(AFFINE))


CACHED_WRONGLY = {
    "wrong": (("x.T @ dout", "2 * x.T @ dout"), "[1]"),
    "a global cache": (("x, w, b = cache", "x, w, b = CACHE['all']"), ""),
    "a change": (("x, w, b = cache\n", "x, w, b = cache\n    dout *= 2\n"), "argument dout changed in place"),
    "a change of forward": (('CACHE["all"] = (x, w, b)', "x += 1"), "argument x changed in place"),
}


@pytest.mark.parametrize(("edit", "words"), CACHED_WRONGLY.values(), ids=CACHED_WRONGLY.keys())
def test_a_wrong_backward_pass_is_found(connect: Connect, edit: tuple[str, str], words: str) -> None:
    source = AFFINE.replace(*edit)
    assert source != AFFINE
    submitted = connect(source)
    submitted.connection.source.parameters["affine_forward"] = ("x", "w", "b")
    with pytest.raises(CaseFailed) as caught:
        check_affine(submitted.student)
    mismatch = caught.value.mismatch
    assert mismatch is not None and words in f"{mismatch.got} {mismatch.where}"


def test_a_forward_pass_without_a_cache_is_told_what_to_return(load: Load) -> None:
    with pytest.raises(Exception, match=r"affine_forward must return a pair, \(output, cache\)"):
        check_affine(load(AFFINE.replace("x @ w + b, (x, w, b)", "x @ w + b")))


# --- helpers of the case


def test_the_name_of_a_helper_stays_with_the_author(connect: Connect) -> None:
    def sneaky_name(f, x):  # type: ignore[no-untyped-def]
        return f(x)

    submitted = connect("def double(x):\n    return 1 / 0\n")
    for language, words in (("en", "the test's helper(double, x)"), ("ko", "테스트의 보조 함수(double, x)")):
        with use_language(language):
            student = submitted.begin(language)
            with pytest.raises(ZeroDivisionError) as caught:
                inside(student, sneaky_name)(student.double, np.ones((9, 9)))
            assert words in str(caught.value)
            assert "sneaky" not in str(caught.value) + submitted.finish().current


def test_a_recipe_is_a_helper_too(connect: Connect) -> None:
    submitted = connect("def double(x):\n    return 2 * x\n")
    from autograder.student import recipes
    from autograder.student.handle import build

    build(submitted.student, recipes.generator(3))
    assert submitted.finish().current == say("call.helper") + "(3)"
