"""The cases: their plan, their outcomes, and that no submission meets what another one left behind."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_course
from rich.console import Console
from tiny_course import SOLUTION, graded, line, make

from autograder.errors import CaseError, UsageError
from autograder.grading import collection, execution, session
from autograder.grading.constants import Constants
from autograder.grading.execution import measured, not_raised, rng_of
from autograder.messages import say, use_language
from autograder.model import Audience, Measure, Mismatch, Report, Verdict
from autograder.reports import document, page, terminal
from autograder.student.connection import Connection
from autograder.workers.clock import Clock
from autograder.workers.supervisor import Supervisor

IN_PLACE = """
def double(x):
    x *= 2
    return x


def total(x):
    x.append(99.0)
    return 0.0
"""


def practice(root: Path, visible: str, *sources: str, supervisor: Supervisor, seed: int = 5) -> list[Report]:
    """Grade the visible cases alone, first proven on the solution; their points need not add up."""
    return graded(make(root, visible=visible), *sources, supervisor=supervisor, official=False, seed=seed)


def on_a_students_machine(root: Path, visible: str, source: str, supervisor: Supervisor) -> Report:
    """Grade the visible cases where there is no solution to prove them on."""
    course = make(root, visible=visible, solution=None)
    return graded(course, source, supervisor=supervisor, official=False)[0]


# --- the plan


def test_points_are_split_evenly_over_the_parameters(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=10)
        @pytest.mark.parametrize("x", [1.0, 2.0, 3.0], ids=["one", "two", "three"])
        def test_double(student, x):
            assert student.double(x) == 2 * x
    """
    course = make(tmp_path, visible=visible, hidden=None, tasks={"double": 10.0})
    [right, half] = graded(course, SOLUTION, "def double(x):\n    return 2.0\n", supervisor=supervisor)
    assert [each.case for each in right.outcomes] == ["double[one]", "double[two]", "double[three]"]
    assert right.score.earned == right.score.possible == 10.0
    assert half.score.earned == pytest.approx(10 / 3, abs=1e-4)


def test_a_case_says_its_title_and_visible_cases_come_first(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor)
    assert [(each.case, each.visible) for each in report.outcomes] == [
        ("double_of_two", True),
        ("total_of_three", True),
        ("double_of_any[1]", False),
        ("double_of_any[5]", False),
        ("double_of_any[9]", False),
        ("total_of_any", False),
    ]
    assert line(report, "double_of_two").title == "Twice two is four."


def test_a_case_without_a_docstring_is_titled_by_its_name(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = '@task("double", points=1)\ndef test_a_sum_of_two(student):\n    student.double(1.0)\n'
    [report] = practice(tmp_path, visible, SOLUTION, supervisor=supervisor)
    assert report.outcomes[0].title == "a sum of two"


CASE = '@task("double", points=1)\ndef test_double(student):\n    student.double(1.0)\n'

BAD_CASES = {
    "no task": ("def test_double(student):\n    pass\n", "case-task", "test_visible.py::test_double has no @task"),
    "a bare mark": (
        "@pytest.mark.task\ndef test_double(student):\n    pass\n",
        "case-task",
        "test_double has no @task",
    ),
    "a mark of their own": (
        '@pytest.mark.task("double", points=1)\ndef test_double(student):\n    pass\n',
        "case-task",
        "test_double has no @task",
    ),
    "unknown task": (CASE.replace('"double"', '"dubble"'), "case-task", "no task 'dubble'; it has double, total"),
    "no case": ("x = 1\n", "case-none", "There is no case"),
    "unknown need": (CASE.replace("points=1", 'points=1, needs=("triple",)'), "case", "needs triple"),
    "need of a later case": (
        CASE.replace("points=1", 'points=1, needs=("later",)') + CASE.replace("test_double", "test_later"),
        "case",
        "needs later, but no case before it has this name",
    ),
    "need in one string": (
        CASE + CASE.replace("test_double", "test_later").replace("points=1", 'points=1, needs="double"'),
        "case-collection",
        'needs=("double",)',
    ),
    "no points": (CASE.replace("points=1", "points=0"), "case", "points is 0; write a number above 0"),
    "points below 0": (CASE.replace("points=1", "points=-1"), "case-collection", "points=-1"),
    "points in a string": (CASE.replace("points=1", 'points="1"'), "case-collection", "points='1'"),
    "twice in classes": (
        "".join(
            f'class Test{name}:\n    @task("double", points=1)\n    def test_double(self, student):\n        pass\n'
            for name in "AB"
        ),
        "case",
        "TestB::test_double: another case is named double",
    ),
    "syntax error": (CASE + "def broken(:\n", "case-collection", "test_visible.py"),
    "raises at import": (CASE + "1 / 0\n", "case-collection", "ZeroDivisionError"),
    "skips itself as a whole": (
        CASE + 'pytest.skip("no", allow_module_level=True)\n',
        "case-collection",
        "Skipped: no",
    ),
}


@pytest.mark.parametrize(("visible", "slug", "words"), BAD_CASES.values(), ids=BAD_CASES.keys())
def test_a_bad_case_is_named_before_anything_is_graded(
    tmp_path: Path, supervisor: Supervisor, visible: str, slug: str, words: str
) -> None:
    with pytest.raises(CaseError) as caught:
        practice(tmp_path, visible, SOLUTION, supervisor=supervisor)
    assert caught.value.slug == slug
    assert words in str(caught.value)


def test_a_syntax_error_in_a_case_file_names_its_line(tmp_path: Path, supervisor: Supervisor) -> None:
    head = tiny_course.HEAD.count("\n")
    with pytest.raises(CaseError, match=rf"line {head + 4}\b"):
        practice(tmp_path, CASE + "def broken(:\n", SOLUTION, supervisor=supervisor)


def test_a_hidden_case_may_not_take_the_name_of_a_visible_one(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path, hidden=CASE.replace("test_double", "test_double_of_two"))
    with pytest.raises(CaseError, match=r"test_hidden\.py::test_double_of_two: another case is named double_of_two"):
        graded(course, SOLUTION, supervisor=supervisor)


def test_the_surroundings_do_not_change_the_plan(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k total")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    tiny_course.write(tmp_path / "conftest.py", "raise RuntimeError('a conftest was read')\n")
    tiny_course.write(tmp_path / "pytest.ini", "[pytest]\naddopts = -k total\n")
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor)
    assert len(report.outcomes) == 6
    assert report.score.earned == 20


def test_a_course_may_lie_in_a_folder_of_almost_any_name(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path / "딥러닝 (1) a:b %20 {x}"), SOLUTION, supervisor=supervisor)
    assert report.score.earned == 20


@pytest.mark.parametrize("name", ["course [2026]", "a::b"])
def test_a_folder_whose_name_pytest_would_misread_is_named(tmp_path: Path, supervisor: Supervisor, name: str) -> None:
    with pytest.raises(UsageError, match="Rename that folder"):
        graded(make(tmp_path / name), SOLUTION, supervisor=supervisor)


# --- outcomes


TWO_CALLS = """
    @task("double", points=1)
    def test_first(student):
        assert_close(student.double(np.ones(2)), 2 * np.ones(2))

    @task("double", points=1)
    def test_second(student):
        assert_close(student.double(np.ones(3)), 2 * np.ones(3))
"""


def kill_in_calls(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Kill the worker, as the kernel does when memory is short, at the first ``count`` frames of cases."""
    ask = Connection.ask
    killed: list[bool] = []

    def kill(self: Connection, *args: Any, **more: Any) -> None:
        if len(killed) < count:
            killed.append(True)
            signal.pidfd_send_signal(self._alive()._pidfd, signal.SIGKILL)  # type: ignore[attr-defined]
        ask(self, *args, **more)

    monkeypatch.setattr(Connection, "ask", kill)


@pytest.mark.parametrize("lost", [1, 2], ids=["once", "twice"])
def test_a_worker_that_the_kernel_killed_is_given_a_second_run_and_only_one(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    selftest_is_done = on_a_students_machine(tmp_path / "first", TWO_CALLS, SOLUTION, supervisor)
    assert selftest_is_done.complete
    kill_in_calls(monkeypatch, lost)
    report = on_a_students_machine(tmp_path / "second", TWO_CALLS, SOLUTION, supervisor)
    first, second = report.outcomes
    assert first.staff.startswith("Run twice. The first time: crashed")
    assert first.verdict is (Verdict.PASSED if lost == 1 else Verdict.CRASHED)
    assert second.verdict is Verdict.PASSED and second.staff == ""


def test_a_worker_that_the_kernel_killed_while_it_was_loaded_is_loaded_again(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawn = Supervisor.spawn
    on_a_students_machine(tmp_path / "first", TWO_CALLS, SOLUTION, supervisor)  # the self-test is done
    lost: list[bool] = []

    def killed(self: Supervisor, *args: Any, **more: Any) -> Any:
        worker = spawn(self, *args, **more)
        if not lost:
            lost.append(True)
            signal.pidfd_send_signal(worker._pidfd, signal.SIGKILL)  # type: ignore[attr-defined]
        return worker

    monkeypatch.setattr(Supervisor, "spawn", killed)
    report = on_a_students_machine(tmp_path / "second", TWO_CALLS, SOLUTION, supervisor)
    assert lost and report.score.earned == report.score.possible


SLOW_CASES = """
    @task("double", points=1, call_s=0.4)
    @pytest.mark.parametrize("x", [1.0, 2.0, 3.0, 4.0])
    def test_first(student, x):
        student.double(x)
"""


@pytest.mark.slow
@pytest.mark.parametrize("body", ["while True:\n        pass", "time.sleep(60)"])
def test_a_submission_that_loops_or_sleeps_is_not_run_twice(tmp_path: Path, supervisor: Supervisor, body: str) -> None:
    report = on_a_students_machine(tmp_path, SLOW_CASES, f"import time\ndef double(x):\n    {body}\n", supervisor)
    assert [outcome.verdict for outcome in report.outcomes] == [Verdict.TIMED_OUT] * 4
    assert [outcome.staff for outcome in report.outcomes] == [""] * 4


@pytest.mark.slow
def test_a_submission_that_waits_for_the_machine_is_run_again_twice_at_most(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clock, "was_starved", lambda self: True)
    report = on_a_students_machine(
        tmp_path, SLOW_CASES, "import time\ndef double(x):\n    time.sleep(60)\n", supervisor
    )
    assert [outcome.verdict for outcome in report.outcomes] == [Verdict.TIMED_OUT] * 4
    assert [outcome.staff.startswith("Run twice") for outcome in report.outcomes] == [True, True, False, False]


ENDINGS = """
    @task("double", points=1)
    def test_passes(student, rng):
        x = rng.normal(size=3)
        assert_close(student.double(x.copy()), 2 * x)

    @task("double", points=1)
    @pytest.mark.parametrize("x", [1.0, 3.0])
    def test_fails(student, x):
        assert student.double(x) == 3.0

    @task("double", points=1)
    def test_differs(student):
        assert_close(student.double(np.ones(2)), np.ones(2))

    @task("double", points=1)
    def test_wants_an_error(student):
        with pytest.raises(ValueError):
            student.double(1.0)

    @task("double", points=1)
    def test_skips(student):
        pytest.skip("not today")

    @task("double", points=1)
    def test_fails_by_itself(student):
        pytest.fail("in words")

    @task("total", points=1)
    def test_is_a_stub(student):
        student.total(np.ones(2))

    @task("total", points=1)
    def test_asks_for_the_reference(student, reference):
        student.total(np.ones(2))
"""


def test_a_plain_case_ends_as_it_does_under_pytests_protocol(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def double(x):\n    return 2 * x\n\ndef total(x):\n    raise NotImplementedError\n"
    ran: list[str] = []
    protocol = execution.runtestprotocol
    monkeypatch.setattr(execution, "runtestprotocol", lambda item, **more: (ran.append(item), protocol(item, **more)))

    quick = on_a_students_machine(tmp_path / "quick", ENDINGS, source, supervisor)
    assert ran == []
    monkeypatch.setattr(collection, "_direct_call", lambda *args: None)
    whole = on_a_students_machine(tmp_path / "whole", ENDINGS, source, supervisor)
    assert len(ran) == len(whole.outcomes) == 9

    def ends(report: Report) -> list[tuple[object, ...]]:
        return [(each.case, each.verdict, each.message, each.mismatch, each.hint) for each in report.outcomes]

    assert ends(quick) == ends(whole)
    assert len({each.verdict for each in quick.outcomes}) == 4


@pytest.mark.parametrize(
    "case",
    [
        "@pytest.fixture\ndef rng():\n    return 7.0\n\n"
        + CASE.replace("student)", "student, rng)").replace("1.0", "rng"),
        "@pytest.fixture(autouse=True)\ndef before():\n    pass\n\n" + CASE,
        "def setup_module():\n    pass\n\n" + CASE,
        "@pytest.mark.skipif(True, reason='never')\n" + CASE,
        CASE.replace("student)", "student, request)"),
    ],
    ids=["its own rng", "autouse", "setup_module", "a mark", "request"],
)
def test_a_case_that_needs_more_than_our_fixtures_is_run_by_pytests_protocol(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    ran: list[str] = []
    protocol = execution.runtestprotocol
    monkeypatch.setattr(execution, "runtestprotocol", lambda item, **more: (ran.append(item), protocol(item, **more)))
    report = on_a_students_machine(tmp_path, case, SOLUTION, supervisor)
    assert len(ran) == 1
    assert report.outcomes[0].verdict is (Verdict.SKIPPED if "never" in case else Verdict.PASSED)


def test_a_case_that_never_ran_has_not_passed(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "_direct_call", lambda *args: None)
    course = make(tmp_path, visible=CASE, solution=None)
    monkeypatch.setattr(execution, "runtestprotocol", lambda *args, **kwargs: [])
    [report] = graded(course, SOLUTION, supervisor=supervisor, official=False)
    assert report.outcomes[0].verdict is Verdict.GRADER_ERROR
    assert not report.complete


def test_a_case_whose_need_did_not_pass_is_skipped_and_says_so(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "def double(x):\n    return 2 * x\n\n\ndef total(x):\n    return 0.0\n"
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    found = line(report, "total_of_any")
    assert (found.verdict, found.earned) == (Verdict.SKIPPED, 0.0)
    assert "needs total_of_three" in found.message
    assert report.score.earned == 12.0


def test_a_failed_case_shows_its_own_hint_where_nothing_better_is_known(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "def double(x):\n    return 2 * x\n\n\ndef total(x):\n    return 17.5\n"
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    found = line(report, "total_of_three")
    assert found.hint == "Add up all entries."
    assert found.mismatch == Mismatch("value", got="17.5", want="6")
    assert "total(x)" in found.call


# --- which call it was

COLLECTED = {
    "a list of numbers": (
        "assert_close(list(student.double.each([(1.0,), (2.0,), (3.0,)])), [2.0, 4.0, 6.0])",
        "double(2.0)",
    ),
    "a list of whole numbers": (
        "assert_close(list(student.double.each([(1,), (2,), (0,), (5,)])), [2, 4, 0, 10])",
        "double(2)",
    ),
    "one of several arrays": (
        "a, b, c = student.double.each([(np.full(9, 1.0),), (np.full(8, 2.0),), (np.full(7, 3.0),)])\n"
        "    assert_close(a, np.full(9, 2.0))\n    assert_close(b, np.full(8, 4.0))",
        "double(x)  x = [2., 2., 2., 2., 2., 2., 2., 2.]",
    ),
    "single numbers": (
        "for got, x in zip(list(student.double.each([(1.0,), (2.0,), (3.0,)])), (1, 2, 3), strict=True):\n"
        "        assert_close(got, 2.0 * x)",
        "double(2.0)",
    ),
    "calls of several functions": (
        "assert_close([student.total([1.5]), student.double(2.0), student.total([])], [1.5, 4, 0])",
        "double(2.0)",
    ),
    "a part of what was returned": (
        "(a, b), (c, d) = student.double.each([([1.0, 2.0],), ([3.0, 4.0],)])\n    assert_close(b, 4.0)",
        "double([1.0, 2.0])",
    ),
    "an argument that was changed": (
        "got = list(student.double.each([(np.full(1, x),) for x in (1.0, 2.0, 3.0)]))\n"
        "    assert_close(got, [np.full(1, x) for x in (2.0, 4.0, 6.0)])",
        "double(x)  x = [2.]",
    ),
    "two rows alike, so the last": (
        "got = [list(student.double.each([(2,), (1,)])) for _ in range(2)]\n    assert_close(got[1], [4, 2])",
        "double(1)",
    ),
    "the only one": ("assert_close(student.double(2.0), 4.0)", "double(2.0)"),
    "nobody can tell, so the last": (
        "a, b, c = student.double.each([(1,), (2,), (3,)])\n    assert_close(b, 4)",
        "double(3)",
    ),
    "not what was returned, so the last": (
        "a, b, c = student.double.each([(1.0,), (2.0,), (3.0,)])\n    assert_close(b + 0.0, 4.0)",
        "double(3.0)",
    ),
    "a tuple that it returned": (
        "a = student.double((1.0, 2.0))\n    student.double(3.0)\n    assert_close(a, (2.0, 4.0))",
        "double((1.0, 2.0))",
    ),
}


@pytest.mark.parametrize(("body", "call"), COLLECTED.values(), ids=COLLECTED.keys())
def test_a_failure_names_the_call_that_returned_the_wrong_value(
    tmp_path: Path, supervisor: Supervisor, body: str, call: str
) -> None:
    wrong = """
import numpy as np
def double(x):
    if isinstance(x, (list, tuple)): return type(x)(double(item) for item in x)
    if isinstance(x, np.ndarray) and x.size == 1: x *= 2; return x + (x[0] == 4)
    if isinstance(x, int): return 2 * x + (x == 2)
    return 2 * x + np.all(x == 2) * 0.5
def total(x): return float(sum(x))
"""
    visible = f'@task("double", points=1)\ndef test_double(student):\n    {body}\n'
    report = on_a_students_machine(tmp_path, visible, wrong, supervisor)
    assert (report.outcomes[0].verdict, report.outcomes[0].call) == (Verdict.FAILED, call)


# --- what a case measures

MEASURES = """
    @task("double", points=1)
    def test_speed(student, measure):
        measure("first thought", 1)
        measure("speed", student.double(1.0), "x", smaller_is_better=student.double(0.0) > 0)
        assert_close(student.double(2.0), 4.0)

    @task("double", points=1)
    def test_of_nothing(student, measure):
        assert_close(student.double(2.0), 4.0)

    @task("double", points=1)
    class TestClass:
        def test_accuracy(self, student, measure):
            measure("accuracy", student.double(np.float32(0.25)))
"""


def measures(report: Report) -> list[Measure | None]:
    return [each.measure for each in report.outcomes]


def test_a_measure_is_recorded_beside_the_verdict_of_its_case_alone(tmp_path: Path, supervisor: Supervisor) -> None:
    wrong = "def double(x):\n    return 3.0 * x + 1\n"
    crash = "import os\ndef double(x):\n    os._exit(1)\n"
    right, other, lost = practice(tmp_path, MEASURES, SOLUTION, wrong, crash, supervisor=supervisor)
    assert [each.verdict for each in right.outcomes] == [Verdict.PASSED] * 3
    assert measures(right) == [Measure("speed", 2.0, "x"), None, Measure("accuracy", 0.5)]
    assert [each.verdict for each in other.outcomes] == [Verdict.FAILED, Verdict.FAILED, Verdict.PASSED]
    assert measures(other) == [Measure("speed", 4.0, "x", smaller_is_better=True), None, Measure("accuracy", 1.75)]
    assert measures(lost) == [Measure("first thought", 1.0), None, None]


def test_a_measure_of_a_first_run_is_not_that_of_the_second(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible = """
        runs = iter((1.0, None))

        @task("double", points=1)
        def test_double(student, measure):
            number = next(runs)
            if number:
                measure("only at first", number)
            student.double(1.0)
    """
    on_a_students_machine(tmp_path / "first", CASE, SOLUTION, supervisor)  # the self-test is done
    kill_in_calls(monkeypatch, 1)
    report = on_a_students_machine(tmp_path / "second", visible, SOLUTION, supervisor)
    assert report.outcomes[0].staff.startswith("Run twice") and report.outcomes[0].verdict is Verdict.PASSED
    assert measures(report) == [None]


@pytest.mark.parametrize("value", ["float('nan')", "-float('inf')", "'fast'", "None", "[1.0]", "x", "object()", "1j"])
def test_a_value_that_is_no_number_is_not_recorded_and_decides_nothing(
    tmp_path: Path, supervisor: Supervisor, value: str
) -> None:
    visible = """
        @task("double", points=1)
        def test_double(student, measure):
            measure("speed", student.double(np.ones(2)))
    """
    report = on_a_students_machine(tmp_path, visible, f"def double(x):\n    return {value}\n", supervisor)
    assert report.outcomes[0].verdict is Verdict.PASSED and measures(report) == [None]


def test_numbers_of_numpy_and_torch_can_be_measured() -> None:
    torch = pytest.importorskip("torch")
    for value in (2, 2.0, np.float64(2), np.int8(2), np.array(2.0), torch.tensor(2.0, requires_grad=True)):
        assert measured("speed", value) == Measure("speed", 2.0)
        assert type(measured("speed", value).value) is float  # type: ignore[union-attr]
    assert measured("speed", torch.ones(1)) is None
    assert measured("speed", 10**400) is None


def test_a_measure_without_a_name_is_refused_before_anything_is_graded(tmp_path: Path, supervisor: Supervisor) -> None:
    for call in ("measure(student.double(1.0), 'speed')", "measure('', 1.0)", "measure('speed', 1.0, 3)"):
        visible = f'@task("double", points=1)\ndef test_double(student, measure):\n    {call}\n'
        with pytest.raises(CaseError, match="name and unit are texts"):
            practice(tmp_path / str(hash(call)), visible, SOLUTION, supervisor=supervisor)


def test_what_is_measured_is_said_in_the_language_in_hand() -> None:
    with use_language("ko", {"speed": "속도", "seconds": "초"}):
        assert measured("speed", 2, "seconds") == Measure("속도", 2.0, "초")


RAISES = """
    @task("double", points=1)
    def test_refuses(student):
        with pytest.raises(ValueError):
            student.double(-1.0)
"""


def test_pytest_raises_takes_the_students_exception_for_the_real_one(tmp_path: Path, supervisor: Supervisor) -> None:
    right = "class Odd(ValueError):\n    pass\n\n\ndef double(x):\n    raise Odd('no')\n"
    wrong = "def double(x):\n    raise KeyError('no')\n"
    silent = "def double(x):\n    return x\n"
    crash = "import os\n\n\ndef double(x):\n    os._exit(7)\n"
    course = make(tmp_path, visible=RAISES, solution=right, hidden=None)
    reports = graded(course, right, wrong, silent, crash, supervisor=supervisor, official=False)
    found = [report.outcomes[0] for report in reports]
    assert [each.verdict for each in found] == [Verdict.PASSED, Verdict.ERRORED, Verdict.FAILED, Verdict.CRASHED]
    assert "KeyError" in found[1].message
    assert found[2].mismatch == Mismatch("exception", got="no exception", want="ValueError")


def test_a_bare_assert_shows_its_text_when_visible_and_none_when_hidden(tmp_path: Path, supervisor: Supervisor) -> None:
    case = (
        '@task("double", points=6)\ndef test_{name}(student):\n    assert student.double(4271.0) == 8542.0, "{text}"\n'
    )
    course = make(
        tmp_path,
        visible=case.format(name="seen", text="twice 4271 is 8542"),
        hidden=case.format(name="unseen", text="a secret: 8542"),
        tasks={"double": 12.0},
    )
    [report] = graded(course, "def double(x):\n    return 3 * x\n", supervisor=supervisor)
    seen, unseen = report.outcomes
    assert (seen.verdict, unseen.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert "twice 4271 is 8542" in seen.message
    assert "12813" in seen.message  # what pytest's own rewriting shows
    assert unseen.message == "A check of this case failed."
    assert "a secret: 8542" in unseen.staff


def test_partial_credit_is_a_share_of_the_points(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=10)
        def test_accuracy(student):
            reached = student.double(1.0)
            if reached != 2.0:
                raise CaseFailed(message="not all the way", credit=reached)
    """
    [report] = practice(tmp_path, visible, "def double(x):\n    return 0.25\n", supervisor=supervisor)
    assert (report.outcomes[0].verdict, report.outcomes[0].earned) == (Verdict.FAILED, 2.5)
    assert report.score.earned == 2.5


def test_a_skip_is_shown_on_a_students_machine(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=1)
        @pytest.mark.skipif(True, reason="this machine has no telescope")
        def test_far(student):
            student.double(1.0)
    """
    report = on_a_students_machine(tmp_path, visible, SOLUTION, supervisor)
    assert report.outcomes[0].verdict is Verdict.SKIPPED
    assert report.outcomes[0].message == "this machine has no telescope"
    assert report.score.earned == 0


def test_a_case_that_skips_on_the_solution_is_not_proven(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = """
        @task("double", points=20)
        def test_far(student):
            pytest.skip("this machine has no telescope")
    """
    course = make(tmp_path, visible="", hidden=hidden, tasks={"double": 20.0})
    with pytest.raises(CaseError, match=r"far does not pass on the solution \(skipped\)(.|\n)*no telescope"):
        graded(course, SOLUTION, supervisor=supervisor)


@pytest.mark.parametrize("strict", ["False", "True"])
def test_xfail_excuses_nobody(tmp_path: Path, supervisor: Supervisor, strict: str) -> None:
    visible = """
        @task("double", points=1)
        @pytest.mark.xfail(reason="hard", strict=STRICT)
        def test_double(student):
            assert student.double(1.0) == 2.0
    """
    wrong_source = "def double(x):\n    return 0.0\n"
    right, wrong = practice(tmp_path, visible.replace("STRICT", strict), SOLUTION, wrong_source, supervisor=supervisor)
    assert (right.outcomes[0].verdict, right.score.earned) == (Verdict.PASSED, 1.0)
    assert (wrong.outcomes[0].verdict, wrong.score.earned) == (Verdict.FAILED, 0.0)


def test_a_case_that_trips_over_what_came_back_fails_and_staff_see_the_place(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    visible = """
        @task("double", points=1)
        def test_double(student):
            assert student.double(np.ones((2, 3))).reshape(6)[5] == 2.0
    """
    [report] = practice(tmp_path, visible, "def double(x):\n    return 'CANARY'\n", supervisor=supervisor)
    found = report.outcomes[0]
    assert found.verdict is Verdict.FAILED
    assert found.message == say("case.unusable-value", name="double", what="str", type="AttributeError")
    assert "test_visible.py" in found.staff
    assert report.complete


def test_what_is_ours_costs_no_points_and_makes_the_report_incomplete(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        from autograder.errors import DataError

        @task("double", points=6)
        def test_double(student):
            if student.double(1.0) != 2.0:
                raise DataError("the data are gone")

        @task("total", points=3, needs=("double",))
        def test_total(student):
            student.total([1.0])
    """
    [report] = practice(tmp_path, visible, "def double(x):\n    return 0.0\n", supervisor=supervisor)
    assert [each.verdict for each in report.outcomes] == [Verdict.GRADER_ERROR, Verdict.GRADER_ERROR]
    assert "the data are gone" in report.outcomes[0].staff
    assert (report.complete, report.score.possible) == (False, 0.0)


def test_a_case_may_allow_its_calls_less_time(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = CASE.replace("points=1", "points=1, call_s=0.2")
    [report] = practice(tmp_path, visible, "def double(x):\n    while True:\n        pass\n", supervisor=supervisor)
    assert report.outcomes[0].verdict is Verdict.TIMED_OUT
    assert "0.2 seconds" in report.outcomes[0].message


def test_the_call_is_shown_as_it_was_made_even_if_the_arguments_were_changed(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    visible = """
        @task("double", points=1)
        def test_double(student):
            assert_close(student.double(np.array([4.0, 5.0])), np.array([8.0, 10.0]))
    """
    source = "def double(x):\n    x[:] = 0\n    return x\n"
    [report] = practice(tmp_path, visible, source, supervisor=supervisor)
    assert report.outcomes[0].call == "double(x)  x = [4., 5.]"


# --- arguments that a submission changes in place

CLIPPING = """
import numpy as np


def double(x):
    result = 2 * x
    x[...] = np.nan
    return result


def total(x):
    return float(np.sum(x))


class Scale:
    def apply(self, x):
        return double(x)
"""
COMPARISONS = {
    "one call": "assert_close(student.double(x), 2 * x)",
    "a call made before the wanted value": "got = student.double(x)\n    assert_close(got, 2 * x)",
    "many calls": "for got in student.double.each([(x,), (x,)]):\n        assert_close(got, 2 * x)",
    "assert_matches": (
        "from autograder import assert_matches\n    assert_matches(student.double, lambda x: 2 * x, [(x,)])"
    ),
    "no comparison": "student.double(x)",
    "a method": "assert_close(student.Scale().apply(x), 2 * x)",
    "a sibling": "from autograder import fresh\n    assert_close(fresh(student).double(x), 2 * x)",
    "the call before the last": "assert_close(student.double(x), 2 * x)\n    assert_close(student.total([1.0]), 1.0)",
}


def changing(comparison: str, *, options: str = "") -> str:
    return (
        f'@task("double", points=8{options})\ndef test_double(student):\n'
        f"    x = np.array([4.0, 5.0])\n    {comparison}\n"
    )


@pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS.keys())
def test_a_changed_argument_costs_a_quarter_in_every_case(
    tmp_path: Path, supervisor: Supervisor, comparison: str
) -> None:
    report = on_a_students_machine(tmp_path, changing(comparison), CLIPPING, supervisor)
    found = report.outcomes[0]
    assert (found.verdict, found.earned) == (Verdict.FAILED, 6.0)
    name = "1" if "Scale" in comparison else "x"  # the stub does not have this class
    assert found.mismatch == Mismatch("effect", f"argument {name} changed in place", say("effect.unchanged"))
    assert found.message == say("effect.only", percent="25") and found.hint == say("hint.changed")
    assert found.call.endswith(" = [4., 5.]")


def test_a_case_may_allow_changes_and_sees_them(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = changing("student.double(x)\n    require(np.isnan(x).all(), 'not seen')", options=", in_place=True")
    report = on_a_students_machine(tmp_path, visible, CLIPPING, supervisor)
    assert (report.outcomes[0].verdict, report.outcomes[0].earned) == (Verdict.PASSED, 8.0)


def test_wrong_results_are_the_finding_where_an_argument_was_changed_too(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    wrong = CLIPPING.replace("2 * x", "3 * x")
    report = on_a_students_machine(tmp_path, changing(COMPARISONS["one call"]), wrong, supervisor)
    found = report.outcomes[0]
    assert (found.verdict, found.earned) == (Verdict.FAILED, 0.0)
    assert found.mismatch is not None and (found.mismatch.got, found.mismatch.want) == ("12", "8")


def test_a_change_is_noticed_where_the_log_is_full(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.student.log.LOG_BYTES", 0)
    report = on_a_students_machine(tmp_path, changing(COMPARISONS["many calls"]), CLIPPING, supervisor)
    assert report.outcomes[0].earned == 6.0


def test_a_change_does_not_skip_the_cases_that_need_the_case(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = changing(COMPARISONS["one call"]) + (
        '\n\n@task("total", points=2, needs=("double",))\ndef test_total(student):\n'
        "    assert_close(student.total([1.0]), 1.0)\n"
    )
    report = on_a_students_machine(tmp_path, visible, CLIPPING, supervisor)
    assert [each.earned for each in report.outcomes] == [6.0, 2.0]


def test_a_solution_that_changes_its_arguments_is_told_what_a_case_may_write(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    course = make(tmp_path, visible=changing(COMPARISONS["one call"]), solution=CLIPPING)
    with pytest.raises(CaseError, match=r"(?s)does not pass on the solution.*in_place=True"):
        graded(course, SOLUTION, supervisor=supervisor, official=False)


def test_a_reply_from_the_cache_costs_the_same(tmp_path: Path, supervisor: Supervisor) -> None:
    reports = practice(tmp_path, changing(COMPARISONS["one call"]), CLIPPING, CLIPPING, supervisor=supervisor)
    assert [report.outcomes[0].earned for report in reports] == [6.0, 6.0]


def test_nan_that_both_of_two_calls_return_fails(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = changing("assert_close(student.double(x), x + student.double(x) - x)")
    spoilt = "def double(x):\n    return x * float('nan')\n"
    report = on_a_students_machine(tmp_path, visible, spoilt, supervisor)
    assert (report.outcomes[0].verdict, report.outcomes[0].earned) == (Verdict.FAILED, 0.0)
    assert report.outcomes[0].message == say("compare.wanted", what="nan")


def test_an_author_who_wants_nan_is_told_what_to_write(tmp_path: Path, supervisor: Supervisor) -> None:
    spoilt = SOLUTION.replace("2 * x", "np.nan * x")
    course = make(tmp_path, visible=changing("assert_close(student.double(x), np.nan * x)"), solution=spoilt)
    with pytest.raises(CaseError, match=r"(?s)double does not pass on the solution.*write nan=True"):
        graded(course, SOLUTION, supervisor=supervisor, official=False)


# --- nothing stays from one submission to the next


def passed_after(root: Path, visible: str, *sources: str, supervisor: Supervisor) -> list[bool]:
    """Whether all cases passed, for each submission of one session."""
    reports = practice(root, visible, *sources, supervisor=supervisor)
    return [all(each.verdict is Verdict.PASSED for each in report.outcomes) for report in reports]


def test_the_instance_of_a_class_is_new_for_every_submission(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        class TestDouble:
            @task("double", points=1)
            def test_double(self, student):
                require(not hasattr(self, "seen"), "the instance is an old one")
                self.seen = student.double(1.0)
    """
    assert passed_after(tmp_path, visible, SOLUTION, SOLUTION, supervisor=supervisor) == [True, True]


CONSTANTS = {
    "array": ("X = np.array([1.0, 2.0])", "student.double(X)", "X[0] == 1.0"),
    "array in a tuple in a dict": (
        "X = {'a': (np.array([1.0]),)}",
        "student.double(X['a'][0])",
        "X['a'][0][0] == 1.0",
    ),
    "list": ("X = [1.0]", "student.total(X)", "X == [1.0]"),
    "list in a list": ("X = [[1.0]]", "student.total(X[0])", "X == [[1.0]]"),
}


@pytest.mark.parametrize(("constant", "call", "whole"), CONSTANTS.values(), ids=CONSTANTS.keys())
def test_a_constant_that_a_submission_changed_is_restored(
    tmp_path: Path, supervisor: Supervisor, constant: str, call: str, whole: str
) -> None:
    visible = (
        f'{constant}\n\n\n@task("double", points=1, in_place=True)\ndef test_double(student):\n'
        f'    require({whole}, "the constant was changed by another submission")\n    {call}\n'
    )
    assert passed_after(tmp_path, visible, IN_PLACE, SOLUTION, supervisor=supervisor) == [True, True]


SHARED = {
    "a parameter": """
        @task("double", points=1, in_place=True)
        @pytest.mark.parametrize("x", [np.array([1.0]), pytest.param([1.0], id="list")])
        def test_double(student, x):
            require(x[0] == 1.0 and len(x) == 1, "the parameter was changed by another submission")
            student.double(x) if hasattr(x, "shape") else student.total(x)
    """,
    "an attribute of a class": """
        class TestDouble:
            x = np.array([1.0])

            @task("double", points=1, in_place=True)
            def test_double(self, student):
                require(self.x[0] == 1.0, "the attribute was changed by another submission")
                student.double(self.x)
    """,
    "a fixture of the module": """
        @pytest.fixture(scope="module")
        def drawn():
            return {"x": np.array([1.0]), "names": [1.0]}

        @task("double", points=1, in_place=True)
        def test_double(student, drawn):
            require(drawn["x"][0] == 1.0, "the fixture was changed by another submission")
            student.double(drawn["x"])

        @task("total", points=1, in_place=True)
        def test_total(student, drawn):
            require(drawn["names"] == [1.0], "the fixture was changed by another submission")
            student.total(drawn["names"])
    """,
    "a fixture of the session that yields": """
        @pytest.fixture(scope="session")
        def drawn():
            yield np.array([1.0])

        @task("double", points=1, in_place=True)
        def test_double(student, drawn):
            require(drawn[0] == 1.0, "the fixture was changed by another submission")
            student.double(drawn)

        @task("total", points=1, in_place=True)
        def test_total(student):
            student.total([1.0])
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("visible", SHARED.values(), ids=SHARED.keys())
def test_what_cases_share_is_restored_as_well(tmp_path: Path, supervisor: Supervisor, visible: str) -> None:
    assert passed_after(tmp_path, visible, IN_PLACE, SOLUTION, supervisor=supervisor) == [True, True]


def test_what_the_reference_holds_is_restored_as_well(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = """
        @task("double", points=10, in_place=True)
        def test_double(student, reference):
            require(reference.WEIGHTS == [1.0], "the solution's own list was changed by another submission")
            student.total(reference.WEIGHTS)
    """
    course = make(tmp_path, visible="", hidden=hidden, tasks={"double": 10.0}, solution=SOLUTION + "WEIGHTS = [1.0]\n")
    reports = graded(course, IN_PLACE, SOLUTION, supervisor=supervisor)
    assert [report.score.earned for report in reports] == [10.0, 10.0]


def test_a_tensor_that_was_changed_is_restored() -> None:
    torch = pytest.importorskip("torch")
    kept = {"w": torch.ones(2), "b": [torch.zeros(1, requires_grad=True)]}
    constants = Constants([kept])
    kept["w"] += 5
    with torch.no_grad():
        kept["b"][0] += 5
    constants.restore()
    assert kept["w"].tolist() == [1.0, 1.0]
    assert kept["b"][0].tolist() == [0.0]
    kept["w"] += 5  # and once more: the second submission is not the last
    constants.restore()
    assert kept["w"].tolist() == [1.0, 1.0]


def test_constants_may_hold_themselves() -> None:
    knot: list[object] = [1]
    knot.append(knot)
    constants = Constants([{"knot": knot}])
    knot.clear()
    constants.restore()
    assert knot[0] == 1
    assert knot[1] is knot


def test_a_fixture_of_the_module_is_made_once_for_all_submissions(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        import itertools

        made = itertools.count()

        @pytest.fixture(scope="module")
        def number():
            return next(made)

        @task("double", points=1)
        def test_double(student, number):
            require(number == 0, "the fixture was made again")
            student.double(1.0)

        @task("total", points=1)
        def test_total(student, number):
            require(number == 0, "the fixture was made again")
            student.total([1.0])
    """
    assert passed_after(tmp_path, visible, SOLUTION, SOLUTION, supervisor=supervisor) == [True, True]


def test_a_fixture_of_the_function_is_made_for_every_submission(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @pytest.fixture
        def drawn():
            return [1.0]

        @task("total", points=1, in_place=True)
        def test_total(student, drawn):
            require(drawn == [1.0], "the fixture is an old one")
            student.total(drawn)
    """
    assert passed_after(tmp_path, visible, IN_PLACE, SOLUTION, supervisor=supervisor) == [True, True]


# --- draws


def test_draws_depend_on_seed_and_case_and_on_nothing_else() -> None:
    first = rng_of(1, "test_a").normal(size=3)
    np.testing.assert_array_equal(first, rng_of(1, "test_a").normal(size=3))
    assert not np.array_equal(first, rng_of(2, "test_a").normal(size=3))
    assert not np.array_equal(first, rng_of(1, "test_b").normal(size=3))


def test_a_visible_case_has_no_reference(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = CASE.replace("(student)", "(student, reference)")
    with pytest.raises(CaseError, match="uses `reference`, which no student has"):
        practice(tmp_path, visible, SOLUTION, supervisor=supervisor)


def test_a_visible_case_has_no_reference_in_an_official_run_either(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = tiny_course.VISIBLE.replace(
        "def test_double_of_two(student)", "def test_double_of_two(student, reference)"
    )
    with pytest.raises(CaseError, match=r"double_of_two does not pass(.|\n)*which no student has"):
        graded(make(tmp_path, visible=visible), SOLUTION, supervisor=supervisor)


# --- hidden cases keep their secrets

CANARY = "2718281"

SECRETIVE = f"""
    X = {CANARY}.5

    @task("double", points=10)
    def test_close(student):
        assert_close(student.double(np.array([X])), np.array([2 * X]))

    @task("double", points=10)
    def test_bare(student):
        assert student.double(X) == 2 * X, f"double of {{X}}"

    @task("double", points=10)
    def test_fail(student):
        if student.double(X) != 2 * X:
            pytest.fail(f"double of {{X}}")

    @task("double", points=10)
    def test_skip(student):
        if student.double(X) != 2 * X:
            pytest.skip(f"double of {{X}}")

    @task("double", points=10)
    def test_trip(student):
        if student.double(X) != 2 * X:
            raise KeyError(f"double of {{X}}")

    @task("double", points=10)
    def test_raises(student):
        student.double(X)
        with pytest.raises(TypeError, match=f"{{X}}"):
            raise TypeError(f"{{X}}")

    @task("double", points=10)
    def test_pure(student):
        require(assert_pure(student.double, np.array([X])) == 2 * X, "not doubled")
"""

LEAKS = {
    "wrong value": "return x + 1.0",
    "wrong type": "return f'{x}'",
    "wrong shape": "return np.array([x, x, x])",
    "another type of its own": "return {f'{x}': x}",
    "an object": "return type(f'C{x}', (), {'__repr__': lambda self: f'{x}'})()",
    "a text of an exception": "raise ValueError(f'{x}')",
    "a name of an exception": "raise type(f'E{x}', (ValueError,), {})(f'{x}')",
    "a signature": "return (lambda: 0)(x, **{f'a{x}': 1})",
    "an attribute": "return getattr(x, f'a{x}')",
    "a name that is none": "return eval(f'a{x}'.replace('.', '_'))",
    "a syntax error": "return eval(f'({x}')",
    "an import": "return __import__(f'm{x}')",
    "a file": "return open(f'{x}')",
    "a print": "print(x)",
    "an error print": "print(x, file=sys.stderr)",
    "a warning": "warnings.warn(f'{x}')",
    "not implemented": "raise NotImplementedError(f'{x}')",
    "memory": "raise MemoryError(f'{x}')",
    "no end": "return double(x)",
    "an exit": "sys.exit(f'{x}')",
    "too much": "return np.zeros((2718281, 60))",
    "a name of a function": "double.__name__ = f'{x}'; raise ValueError",
    "a line of another file": "exec(compile(f'raise ValueError', f'{x}', 'exec'))",
    "the protocol": "forge(f'{x}')",
}

FORGE = """
import sys
import warnings

import numpy as np


def forge(text):
    \"\"\"Answer the call in hand with an error of this text everywhere.\"\"\"
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "_fail"):
        frame = frame.f_back
    guest = frame.f_locals["self"]
    guest._error = lambda exc: {
        "type": text, "bases": [text, "ValueError"], "text": text, "own": True,
        "lines": [[text, 2718281, text, text], ["tiny.py", 2718281, text, text]],
    }
    raise ValueError


def double(x):
    BODY
"""


def seen_by_a_student(report: Report, folder: Path) -> str:
    """Everything that a student gets to read of a report."""
    console = Console(file=(folder / "terminal.txt").open("w+", encoding="utf-8"), width=200)
    with console.file as file:
        terminal.show(report, audience=Audience.STUDENT, console=console)
        file.seek(0)
        printed = file.read()
    html, json = page.html(report, audience=Audience.STUDENT), document.to_json(report, audience=Audience.STUDENT)
    return printed + html + json


@pytest.mark.slow
def test_no_hidden_case_shows_its_inputs_its_values_or_the_students_texts(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    course = make(tmp_path, visible="", hidden=SECRETIVE, tasks={"double": 70.0}, mistakes={})
    sources = [FORGE.replace("BODY", body) for body in LEAKS.values()]
    reports = graded(course, *sources, supervisor=supervisor)
    shown = {name: seen_by_a_student(report, tmp_path) for name, report in zip(LEAKS, reports, strict=True)}
    assert {name for name, text in shown.items() if CANARY in text.replace(",", "").replace("_", "")} == set()
    assert all(report.complete for report in reports)
    assert {name for name, report in zip(LEAKS, reports, strict=True) if report.score.earned > 20} == set()
    # the canary does fly where it may: staff read it
    assert CANARY in document.to_json(reports[0], audience=Audience.STAFF)


def test_visible_cases_come_first(tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """So no worker has seen a hidden input while a visible case runs, whose report shows everything."""
    run_pytest = session.run_pytest
    monkeypatch.setattr(session, "run_pytest", lambda files, plugin: run_pytest(files[::-1], plugin))
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor)
    shown = [each.visible for each in report.outcomes]
    assert shown == sorted(shown, reverse=True) and set(shown) == {True, False}


def test_what_a_hidden_case_hides_is_for_staff(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path, visible="", hidden=SECRETIVE, tasks={"double": 70.0}, mistakes={})
    raises, returns = "raise type(f'E{x}', (KeyError,), {})(f'{x}')", "return np.array([1.0, 2.0, 3.0])"
    sources = [FORGE.replace("BODY", body) for body in (raises, returns)]
    raised, unusable = (report.outcomes for report in graded(course, *sources, supervisor=supervisor))
    close, pure = raised[0], unusable[6]
    assert close.message == say("hidden.errored") and pure.message == say("hidden.unusable")
    assert close.staff.startswith(f"double(x) raised E[{CANARY}.5]: '[{CANARY}.5]' (tiny.py, line ")
    assert "ValueError: The truth value of an array" in pure.staff


def test_a_hidden_case_names_a_stub_that_the_source_shows_and_no_other(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path, visible="", hidden=SECRETIVE, tasks={"double": 70.0}, mistakes={})
    stub = FORGE.replace("BODY", "raise NotImplementedError('Task 1: double')")
    chosen = FORGE.replace("BODY", "return total(x)") + "\n\ndef total(x):\n    raise NotImplementedError\n"
    written, chose = graded(course, stub, chosen, supervisor=supervisor)
    assert {each.message for each in written.outcomes} == {say("student.not-attempted", name="double")}
    assert {each.message for each in chose.outcomes} == {say("hidden.not_attempted")}


ENDS = {
    "pytest.exit": "pytest.exit('enough')",
    "SystemExit": "raise SystemExit(0)",
    "GeneratorExit": "raise GeneratorExit",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_no_case_ends_the_run(tmp_path: Path, supervisor: Supervisor, end: str) -> None:
    with pytest.raises(CaseError, match=r"double does not pass on the solution(.|\n)*test_visible\.py"):
        practice(tmp_path, f"{CASE}    {end}\n", SOLUTION, supervisor=supervisor)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_case_that_would_end_the_run_fails_alone(tmp_path: Path, supervisor: Supervisor, end: str) -> None:
    visible = f"""
        @task("double", points=1)
        def test_double(student):
            if student.double(1.0) != 2.0:
                {end}

        @task("total", points=1)
        def test_total(student):
            assert student.total([1.0]) == 1.0
    """
    source = SOLUTION.replace("2 * x", "3 * x")
    [report] = practice(tmp_path, visible, source, supervisor=supervisor)
    assert [each.verdict for each in report.outcomes] == [Verdict.FAILED, Verdict.PASSED]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("DID NOT RAISE ValueError", "ValueError"),
        ("DID NOT RAISE any of (ValueError, KeyError)", "ValueError or KeyError"),
        ("DID NOT RAISE <class 'ValueError'>", "ValueError"),
        ("DID NOT RAISE (<class 'ValueError'>, <class 'KeyError'>)", "ValueError or KeyError"),
    ],
)
def test_every_pytest_says_which_exception_was_wanted(text: str, wanted: str) -> None:
    assert not_raised(text) == Mismatch("exception", got="no exception", want=wanted)


def test_a_failure_in_the_authors_words_is_no_exception_that_was_wanted() -> None:
    assert not_raised("the loss rose") == Mismatch("property", got="the loss rose", want="")
