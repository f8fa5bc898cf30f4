"""A class is not held up: a function that took too long twice is not awaited again, and nobody else loses anything."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from tiny_course import SOLUTION, graded, line, make

from autograder.messages import say
from autograder.model import Report, Verdict
from autograder.student.call import HELPER
from autograder.student.faults import StudentFault
from autograder.student.track_record import MIN_CALL_S, TrackRecord
from autograder.workers.supervisor import Supervisor

SLOW = StudentFault(Verdict.TIMED_OUT, "slow")
ENDLESS = "import time; time.sleep(600)"  # not a loop: on a busy machine the grader may forgive one that hardly ran
LARGE = StudentFault(Verdict.OUT_OF_MEMORY, "large")

# Where the course of these tests has only the calls of the tiny one, sizes say which call is made.
VISIBLE = '''
@task("double", points=6)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_double_of(student, size):
    """Ones are doubled."""
    assert_close(student.double(np.ones(size)), np.full(size, 2.0))


@task("total", points=3)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_total_of(student, size):
    """Ones are added up."""
    assert_close(student.total(np.ones(size)), float(size))
'''
HIDDEN = '''
@task("double", points=6)
def test_double_of_many(student):
    """Many ones are doubled."""
    assert_close(student.double(np.ones(50)), np.full(50, 2.0))


@task("total", points=5)
def test_total_of_many(student):
    """Many ones are added up."""
    assert_close(student.total(np.ones(50)), 50.0)
'''


def source(double: str = "", total: str = "") -> str:
    """The solution with these lines at the beginning of its functions."""
    text = SOLUTION.replace("    return 2 * x", textwrap.indent(f"{double}\nreturn 2 * x", "    "))
    return text.replace("    return float", textwrap.indent(f"{total}\nreturn float", "    "))


def reports(tmp_path: Path, *sources: str, supervisor: Supervisor, official: bool = True) -> list[Report]:
    course = make(tmp_path, visible=VISIBLE, hidden=HIDDEN, mistakes={})
    path = course.folder / "assignment.toml"
    path.write_text(path.read_text().replace("call_s = 1.0", "call_s = 0.5"))
    return graded(course, *sources, supervisor=supervisor, official=official)


def messages(report: Report, task: str) -> list[str]:
    return [each.message for each in report.outcomes if each.task == task]


def verdicts(report: Report, task: str) -> set[Verdict]:
    return {each.verdict for each in report.outcomes if each.task == task}


# --- the record


def test_a_function_that_never_returned_is_called_twice() -> None:
    track = TrackRecord()
    track.ended("f", SLOW)
    assert track.refusal("f") is None and not track.is_short
    track.ended("f", SLOW)
    assert track.refusal("f") is Verdict.TIMED_OUT and track.is_short
    assert track.refusal("g") is None


def test_a_slow_function_that_returned_once_is_always_called() -> None:
    track = TrackRecord()
    track.ended("f", "a value")
    for _ in range(2):
        track.ended("f", SLOW)
    assert track.refusal("f") is None and not track.is_short
    track.ended("f", SLOW)
    assert track.refusal("f") is None and track.is_short


def test_calls_are_short_after_two_functions_took_too_long() -> None:
    track = TrackRecord()
    track.ended("f", SLOW)
    track.ended("g", SLOW)
    assert track.is_short
    assert track.refusal("f") is track.refusal("g") is None


def test_memory_is_no_reason_for_a_short_limit() -> None:
    track = TrackRecord()
    for _ in range(2):
        track.ended("f", LARGE)
    assert track.refusal("f") is Verdict.OUT_OF_MEMORY and not track.is_short


def test_a_function_that_fills_the_memory_again_and_again_is_not_called_although_it_returned_once() -> None:
    track = TrackRecord()
    track.ended("f", "a value")
    for _ in range(2):
        track.ended("f", LARGE)
    assert track.refusal("f") is None
    track.ended("f", LARGE)
    assert track.refusal("f") is Verdict.OUT_OF_MEMORY


def test_what_may_not_be_the_fault_of_the_submission_does_not_count() -> None:
    track = TrackRecord()
    for fault in (StudentFault(Verdict.TIMED_OUT, "", starved=True), StudentFault(Verdict.TIMED_OUT, "", again=True)):
        for _ in range(4):
            track.ended("f", fault)
    track.ended("f", StudentFault(Verdict.CRASHED, ""))
    assert track.refusal("f") is None and not track.is_short


def test_a_record_that_is_not_kept_changes_nothing() -> None:
    track = TrackRecord(is_kept=False)
    for _ in range(4):
        track.ended("f", SLOW)
    assert track.refusal("f") is None and not track.is_short


def test_the_helpers_of_cases_share_a_name_and_are_always_called() -> None:
    track = TrackRecord()
    for name in (HELPER, "recipes.adam"):
        for _ in range(3):
            track.ended(name, SLOW)
        assert track.refusal(name) is None


def test_a_short_limit_follows_the_solution_or_else_the_usual_limit() -> None:
    track = TrackRecord()
    assert track.limit_s(5.0, 0.01) == 5.0
    for _ in range(2):
        track.ended("f", SLOW)
    assert track.limit_s(5.0, 0.0001) == MIN_CALL_S
    assert track.limit_s(5.0, 0.1) == 1.0
    assert track.limit_s(5.0, 4.0) == 5.0
    assert track.limit_s(60.0, 4.0) == 13.0
    assert track.limit_s(5.0, None) == 0.5


# --- in a run


@pytest.mark.slow
def test_an_endless_function_is_called_twice_and_the_report_says_so(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = reports(tmp_path, source(double=ENDLESS), supervisor=supervisor)
    refused = say("worker.not-called-slow", function="double")
    assert messages(report, "double")[2:] == [refused] * 3 + [say("hidden.not-called")]
    assert verdicts(report, "double") == {Verdict.TIMED_OUT}
    assert line(report, "double_of_many").staff.startswith(refused)
    assert verdicts(report, "total") == {Verdict.PASSED}


@pytest.mark.slow
def test_so_does_a_practice_run_without_the_solution(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = reports(tmp_path, source(double=ENDLESS), supervisor=supervisor, official=False)
    assert messages(report, "double")[2:] == [say("worker.not-called-slow", function="double")] * 3
    assert verdicts(report, "total") == {Verdict.PASSED}


def test_a_function_that_needs_too_much_memory_is_called_twice(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = reports(tmp_path, source(double="np.ones(1 << 34)"), supervisor=supervisor)
    refused = say("worker.not-called-memory", function="double")
    assert messages(report, "double")[2:] == [refused] * 3 + [say("hidden.not-called")]
    assert verdicts(report, "double") == {Verdict.OUT_OF_MEMORY}
    assert verdicts(report, "total") == {Verdict.PASSED}


@pytest.mark.slow
def test_an_answer_that_is_too_slow_on_its_largest_inputs_keeps_every_other_point(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    slow = source(double="import time; time.sleep(60 if x.size > 4 else 0.25)", total="import time; time.sleep(0.25)")
    [report] = reports(tmp_path, slow, supervisor=supervisor)
    late = [each.case for each in report.outcomes if each.verdict is not Verdict.PASSED]
    assert late == ["double_of[5]", "double_of_many"]


@pytest.mark.slow
def test_after_two_functions_took_too_long_all_calls_are_short(tmp_path: Path, supervisor: Supervisor) -> None:
    slow = source(double=f"if x.size > 3:\n    {ENDLESS}", total=ENDLESS)
    [report] = reports(tmp_path, slow, supervisor=supervisor)
    [_, short, refused, *_] = messages(report, "total")
    assert "Earlier cases took too long" in short
    assert refused == say("worker.not-called-slow", function="total")
    assert line(report, "double_of[3]").verdict is Verdict.PASSED


@pytest.mark.slow
def test_a_function_that_returned_in_a_replayed_case_has_returned(tmp_path: Path, supervisor: Supervisor) -> None:
    """The cases of the first three sizes are not run: their replies are known from the solution."""
    sometimes = source(double=f"if x.size in (2, 3):\n    {ENDLESS}")
    [report] = reports(tmp_path, sometimes, supervisor=supervisor)
    late = [each.case for each in report.outcomes if each.verdict is not Verdict.PASSED]
    assert late == ["double_of[2]", "double_of[3]"]


@pytest.mark.slow
def test_a_call_that_a_failed_case_left_behind_counts(tmp_path: Path, supervisor: Supervisor) -> None:
    """A case that fails on its first call awaits the others of the frame: they must not hold up a class either."""
    case = '''
    @task("double", points=12)
    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_both(student, size):
        """Two arrays are doubled."""
        for got in student.double.each([(np.ones(size),), (np.ones(9),)]):
            assert_close(got[:size], np.full(size, 2.0))


    @task("total", points=8)
    def test_total(student):
        """Ones are added up."""
        assert_close(student.total(np.ones(3)), 3.0)
    '''
    course = make(tmp_path, visible=case, hidden="", mistakes={})
    path = course.folder / "assignment.toml"
    path.write_text(path.read_text().replace("call_s = 1.0", "call_s = 0.5"))
    wrong = source(double=f"if x.size == 9:\n    {ENDLESS}\nx = 2 * x", total=ENDLESS)
    [report] = graded(course, wrong, supervisor=supervisor)
    assert verdicts(report, "double") == {Verdict.FAILED}
    assert "Earlier cases took too long" in messages(report, "total")[0]
