"""One grading run: proven on the solution first, the same for everybody, whole or not at all, and leaving nothing."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_course
from tiny_course import SOLUTION, STUB, graded, handed_in, lacks_resource_limits, line, make, workers

from autograder.course import submission as submissions
from autograder.course.assignment import Assignment
from autograder.course.submission import Refused
from autograder.errors import AssignmentError, AutograderError, CaseError, SandboxIncomplete, UsageError
from autograder.grading import session
from autograder.grading.options import RunOptions
from autograder.grading.session import grade, grade_one
from autograder.messages import say
from autograder.model import Report, Verdict
from autograder.student import selftest
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

OFFICIAL = RunOptions(official=True, seed=5, device="cpu")


def refused(course: tiny_course.Course, supervisor: Supervisor, kind: type[AutograderError] = CaseError) -> str:
    """Grade officially, be refused with nothing recorded, and return the text for staff."""
    reports: list[Report] = []
    with pytest.raises(kind) as caught:
        grade(course.load(), [handed_in(SOLUTION)], reports.append, run=OFFICIAL, supervisor=supervisor)
    assert reports == []
    return str(caught.value)


def without_times(report: Report) -> Report:
    outcomes = tuple(replace(each, seconds=0.0) for each in report.outcomes)
    return replace(report, outcomes=outcomes, graded_at=None)


# --- a run


def test_a_report_says_how_it_came_about(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path)
    submission = replace(handed_in(SOLUTION, student="kim"), notes=("a note",), sha256="ab" * 32)
    report = grade_one(course.load(), submission, run=OFFICIAL, supervisor=supervisor)
    assert (report.assignment, report.title) == ("01-tiny", "A tiny assignment")
    assert [(task.id, task.points) for task in report.tasks] == [("double", 12.0), ("total", 8.0)]
    assert (report.submission.student, report.submission.sha256) == ("kim", "ab" * 32)
    assert (report.grader.seed, report.grader.device, report.grader.version) == (5, "cpu", session.version())
    assert (report.official, report.complete, report.notes) == (True, True, ("a note",))
    assert report.sandbox.layers == tuple(layer.name for layer in selftest.LAYERS)
    assert (report.score.earned, report.score.possible) == (20.0, 20.0)


def test_a_practice_run_has_the_visible_cases_alone(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor, official=False)
    assert [each.case for each in report.outcomes] == ["double_of_two", "total_of_three"]
    assert not report.official


def test_a_practice_run_needs_no_solution(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path, solution=None)
    right, stub = graded(course, SOLUTION, STUB, supervisor=supervisor, official=False)
    assert right.score.earned == 9.0
    assert {each.verdict for each in stub.outcomes} == {Verdict.NOT_ATTEMPTED}


@pytest.mark.slow
def test_every_submission_gets_its_own_report_in_order(tmp_path: Path, supervisor: Supervisor) -> None:
    half = "def double(x):\n    return 2 * x\n"
    reports = graded(make(tmp_path), STUB, SOLUTION, half, supervisor=supervisor)
    assert [(report.submission.student, report.score.earned) for report in reports] == [
        ("student 1", 0.0),
        ("student 2", 20.0),
        ("student 3", 12.0),
    ]


def test_submissions_are_taken_one_at_a_time(tmp_path: Path, supervisor: Supervisor) -> None:
    events: list[str] = []

    def arriving():
        for name in ("a", "b"):
            events.append(f"open {name}")
            yield handed_in(SOLUTION, student=name)

    def record(report: Report) -> None:
        events.append(f"record {report.submission.student}")

    grade(make(tmp_path).load(), arriving(), record, run=OFFICIAL, supervisor=supervisor)
    assert events == ["open a", "record a", "open b", "record b"]


def test_the_same_seed_gives_the_same_report(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path)
    source = "import numpy as np\n\n\ndef double(x):\n    return 2 * x + np.random.normal(size=x.shape)\n"
    [first] = graded(course, source, supervisor=supervisor, seed=7)
    _, again = graded(course, SOLUTION, source.replace("student 1", ""), supervisor=supervisor, seed=7)
    again = replace(again, submission=first.submission)
    assert without_times(first) == without_times(again)
    assert line(first, "double_of_any[5]").mismatch is not None


def test_another_seed_draws_other_inputs(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path)
    source = "def double(x):\n    return x\n"
    wanted = {
        line(graded(course, source, supervisor=supervisor, seed=seed)[0], "double_of_any[5]").mismatch
        for seed in (1, 2)
    }
    assert len(wanted) == 2


def test_two_assignments_are_graded_in_one_process(tmp_path: Path, supervisor: Supervisor) -> None:
    first, second = make(tmp_path / "a"), make(tmp_path / "b", visible=tiny_course.VISIBLE.replace("[4.0]", "[2.0]"))
    [report] = graded(first, SOLUTION, supervisor=supervisor)
    assert report.score.earned == 20.0
    assert "double_of_two does not pass" in refused(second, supervisor)


def test_a_run_leaves_the_process_as_it_was(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    environment, path = dict(os.environ), list(sys.path)
    graded(make(tmp_path), SOLUTION, supervisor=supervisor)
    assert dict(os.environ) == environment
    assert sys.path == path
    assert not [name for name, module in sys.modules.items() if str(tmp_path) in str(getattr(module, "__file__", ""))]
    assert gc.get_freeze_count() == 0
    assert workers(supervisor) == []


# --- the course is wrong: nothing is graded, and staff are told where


def test_an_official_run_needs_the_solution(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, solution=None), supervisor, AssignmentError)
    assert "01-tiny has no folder in solutions/" in text


def test_points_that_do_not_add_up_are_refused(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, hidden=tiny_course.HIDDEN.replace("points=5", "points=4")), supervisor)
    assert "the cases of total are worth 7 points together, but assignment.toml gives the task 8" in text


def test_hidden_cases_that_are_missing_are_noticed_by_their_points(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, hidden=None), supervisor)
    assert "the cases of double are worth 6 points together" in text


def test_a_practice_run_has_fewer_points_and_that_is_right(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor, official=False)
    assert report.score.possible == 9.0


def test_a_solution_that_fails_a_case_stops_the_run(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, solution=SOLUTION.replace("2 * x", "3 * x")), supervisor)
    assert "01-tiny: the case double_of_two does not pass on the solution (failed)" in text
    assert "value: got 6, want 4" in text
    assert ". Nothing was graded" in text


def test_a_case_that_raises_by_itself_is_named_with_its_line(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = tiny_course.HIDDEN.replace("    x = rng.normal(size=7)", "    x = rng.normal(size=7)\n    x.no_such_thing")
    course = make(tmp_path, hidden=hidden)
    number = (course.solution / "test_hidden.py").read_text().split("\n").index("    x.no_such_thing") + 1
    text = refused(course, supervisor)
    assert "the case total_of_any does not pass on the solution" in text
    assert f'test_hidden.py", line {number}' in text
    assert "AttributeError" in text


def test_a_solution_that_cannot_be_read_stops_the_run(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, solution="def double(:\n"), supervisor, AssignmentError)
    assert f"{Path('solutions', '01-tiny', 'tiny.py')}, line 1" in text


def test_a_solution_that_raises_when_imported_stops_the_run(tmp_path: Path, supervisor: Supervisor) -> None:
    text = refused(make(tmp_path, solution=SOLUTION + "\nraise OSError('no disk')\n"), supervisor, AssignmentError)
    assert "tiny.py" in text
    assert "OSError: no disk" in text


def test_a_case_that_keeps_state_is_found_after_the_class(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = """
        import itertools

        runs = itertools.count(1)

        @task("double", points=6)
        def test_double_of_any(student):
            require(next(runs) < 2, "once is enough")

        @task("total", points=5)
        def test_total_of_any(student):
            student.total([1.0])
    """
    with pytest.raises(
        CaseError, match=r"double_of_any passed on the solution before the class was graded, and fails now"
    ) as caught:
        graded(make(tmp_path, hidden=hidden), SOLUTION, SOLUTION, supervisor=supervisor)
    assert caught.value.slug == "case-drift"


def test_a_case_that_disappears_is_a_grader_error(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = session.Executor.run

    def forgetful(self, case, *args, **more):
        done = run(self, case, *args, **more)
        return replace(done, outcome=replace(done.outcome, case="another")) if case.id == "total_of_any" else done

    monkeypatch.setattr(session.Executor, "run", forgetful)
    [report] = graded(make(tmp_path), SOLUTION, supervisor=supervisor)
    assert len(report.outcomes) == 6
    assert line(report, "total_of_any").verdict is Verdict.GRADER_ERROR
    assert (report.complete, report.score.possible) == (False, 15.0)


# --- several modules

TWO = {
    "tiny": """
        from helpers import twice

        def double(x):
            return twice(x)

        def total(x):
            return float(sum(x))
    """,
    "helpers": "def twice(x):\n    return 2 * x\n",
}


@pytest.fixture
def two_modules(tmp_path: Path) -> tiny_course.Course:
    course = make(tmp_path, modules=("tiny", "helpers"), solution=TWO["tiny"], mistakes={})
    tiny_course.write(course.solution / "helpers.py", TWO["helpers"])
    return course


def test_a_solution_of_several_modules_is_a_reference(two_modules: tiny_course.Course, supervisor: Supervisor) -> None:
    report = grade_one(two_modules.load(), handed_in(TWO), run=OFFICIAL, supervisor=supervisor)
    assert report.score.earned == 20.0
    assert "helpers" not in sys.modules


def test_a_second_module_that_is_missing_is_said(two_modules: tiny_course.Course, supervisor: Supervisor) -> None:
    submission = handed_in({"tiny": TWO["tiny"]})
    report = grade_one(two_modules.load(), submission, run=OFFICIAL, supervisor=supervisor)
    assert {each.task for each in report.outcomes if each.verdict is Verdict.PASSED} == {"total"}
    assert "helpers" in report.outcomes[0].message and "helpers" in report.notes[0]


# --- the wall and the machine


def test_official_grading_refuses_where_a_layer_is_missing(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks_resource_limits(supervisor, monkeypatch)
    course = make(tmp_path)
    text = refused(course, supervisor, SandboxIncomplete)
    assert "missing here: resource limits" in text
    [report] = graded(course, SOLUTION, supervisor=supervisor, official=False)
    assert not report.sandbox.complete
    assert report.sandbox.missing == ("resource limits",)
    assert "resource limits" not in report.sandbox.layers


@pytest.mark.slow
def test_a_zygote_that_is_killed_between_two_submissions_is_replaced(tmp_path: Path) -> None:
    reports: list[Report] = []

    def record(report: Report) -> None:
        reports.append(report)
        if len(reports) == 1:
            for pid in supervisor.zygote_pids():
                os.kill(pid, signal.SIGKILL)

    with Supervisor() as supervisor:
        submissions = [handed_in(SOLUTION), handed_in(SOLUTION)]
        grade(make(tmp_path).load(), submissions, record, run=OFFICIAL, supervisor=supervisor)
    assert [report.score.earned for report in reports] == [20.0, 20.0]
    assert all(report.complete for report in reports)


def test_a_worker_that_runs_is_seen(supervisor: Supervisor) -> None:
    worker = supervisor.spawn(WorkerSpec())
    assert len(workers(supervisor)) == 1
    worker.kill()
    assert workers(supervisor) == []


def test_an_interrupt_between_two_submissions_leaves_no_worker(tmp_path: Path, supervisor: Supervisor) -> None:
    def record(report: Report) -> None:
        raise KeyboardInterrupt

    course = make(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        grade(course.load(), [handed_in(SOLUTION)], record, run=OFFICIAL, supervisor=supervisor)
    assert workers(supervisor) == []
    assert graded(course, SOLUTION, supervisor=supervisor)[0].score.earned == 20.0


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts raise KeyboardInterrupt, also where the tests were started with SIGINT ignored (in the background)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_within_a_case_leaves_no_worker(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        import signal

        @task("double", points=1)
        def test_double(student):
            student.double(1.0)
            signal.raise_signal(signal.SIGINT)
    """
    reports: list[Report] = []
    course = make(tmp_path, visible=visible, solution=None)
    with pytest.raises(KeyboardInterrupt):
        grade(course.load(), [handed_in(SOLUTION)], reports.append, run=RunOptions(device="cpu"), supervisor=supervisor)
    assert (reports, workers(supervisor)) == ([], [])


def test_a_report_is_recorded_when_nothing_of_its_submission_runs_any_more(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    source = """
        import threading

        def forever():
            while True:
                pass

        threading.Thread(target=forever, daemon=True).start()

        def double(x):
            return 2 * x
    """
    running: list[list[int]] = []
    submissions = [handed_in(source), handed_in(source)]
    course = make(tmp_path)
    grade(
        course.load(), submissions, lambda report: running.append(workers(supervisor)), run=OFFICIAL,
        supervisor=supervisor,
    )  # fmt: skip
    assert running == [[], []]


def resolved(assignment: Assignment, device: str, supervisor: Supervisor) -> str:
    run = replace(OFFICIAL, official=False, device=device)
    return grade_one(assignment, handed_in(SOLUTION), run=run, supervisor=supervisor).grader.device


def test_numpy_stays_on_the_cpu_whatever_was_asked(tmp_path: Path, supervisor: Supervisor) -> None:
    assignment = make(tmp_path).load()
    assert [resolved(assignment, device, supervisor) for device in ("auto", "cpu", "cuda")] == ["cpu", "cpu", "cpu"]


def test_a_device_that_is_not_there_is_refused(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assignment = replace(make(tmp_path).load(), allowed_imports=("torch",))
    with pytest.raises(UsageError, match="No CUDA device"):
        resolved(assignment, "cuda", supervisor)


# --- uploads that cannot be opened


def test_a_refused_upload_is_a_report_of_one_sentence(tmp_path: Path, supervisor: Supervisor) -> None:
    upload = Refused("kim", "The archive is damaged.")
    report = grade_one(make(tmp_path).load(), upload, run=OFFICIAL, supervisor=supervisor)
    assert (report.score.earned, report.score.possible) == (0.0, 20.0)
    assert (report.outcomes, report.notes) == ((), ("The archive is damaged.",))
    assert (report.submission.student, report.official) == ("kim", True)
    assert report.grader.device == "cpu"


def test_a_refused_upload_cannot_be_official_without_the_wall_either(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks_resource_limits(supervisor, monkeypatch)
    with pytest.raises(SandboxIncomplete):
        grade_one(make(tmp_path).load(), Refused(None, "Damaged."), run=OFFICIAL, supervisor=supervisor)


def test_known_mistakes_give_their_hint_in_a_run(tmp_path: Path, supervisor: Supervisor) -> None:
    # 2 squared is 4 as well, so the visible case passes
    [report] = graded(make(tmp_path), "def double(x):\n    return x * x\n", supervisor=supervisor)
    found = line(report, "double_of_any[5]")
    assert (found.verdict, found.hint) == (Verdict.FAILED, "Squaring is not doubling.")
    assert line(report, "double_of_two").verdict is Verdict.PASSED
    assert line(report, "total_of_three").hint == ""  # total is not defined at all


def test_a_broken_reply_to_a_case_is_not_a_verdict_on_the_next(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "import os\n\n\ndef double(x):\n    os._exit(3)\n\n\ndef total(x):\n    return float(sum(x))\n"
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    assert line(report, "double_of_two").verdict is Verdict.CRASHED
    assert line(report, "total_of_three").verdict is Verdict.PASSED
    assert line(report, "total_of_any").verdict is Verdict.PASSED


def test_a_case_can_be_left_out_and_those_that_need_it_run_all_the_same(tmp_path: Path, supervisor: Supervisor) -> None:
    run = replace(OFFICIAL, without=frozenset({"total_of_three"}))
    report = grade_one(make(tmp_path).load(), handed_in(SOLUTION), run=run, supervisor=supervisor)
    assert "total_of_three" not in {each.case for each in report.outcomes}
    assert line(report, "total_of_any").verdict is Verdict.PASSED
    assert (report.score.earned, report.score.possible) == (17.0, 17.0)


# --- notebooks


def notebook(*cells: str) -> str:
    found = [{"cell_type": "code", "source": textwrap.dedent(cell).strip("\n")} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found})


NOTEBOOKS = {
    "raises": (
        "def double(x):\n    y = x\n    return y.twice()",
        "double(x) raised AttributeError: 'numpy.ndarray' object has no attribute 'twice' (tiny.ipynb, cell 2, line 3)",
    ),
    "syntax": ("def double(x):\n    return 2 *", "tiny.ipynb, cell 2, line 2: Python cannot read this line: "),
    "failed": (
        "import numpy as np\n@np.no_such_name\ndef double(x): ...",
        "double is not defined, because tiny.ipynb, cell 2, line 2 raised AttributeError: module 'numpy' has no",
    ),
    "misnamed": ("def dubble(x):\n    return 2 * x", "tiny.ipynb does not define double, but it defines dubble."),
    "no function": ("double = 2", "double in tiny.ipynb is not a function."),
}


@pytest.mark.parametrize(("cell", "sentence"), NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
def test_a_line_of_a_notebook_is_told_as_cell_and_line(
    tmp_path: Path, supervisor: Supervisor, cell: str, sentence: str
) -> None:
    course = make(tmp_path / "course")
    path = tiny_course.write(tmp_path / "tiny.ipynb", notebook("import numpy as np\n\nprint(np.pi)", cell))
    submission = submissions.open(path, course.load())
    report = grade_one(course.load(), submission, run=OFFICIAL, supervisor=supervisor)
    assert sentence in line(report, "double_of_two").message
    assert "tiny.py" not in line(report, "double_of_two").message


def test_what_no_task_asks_for_costs_nothing_and_is_a_note(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path / "course")
    cells = [
        "!pip install torch",
        "X = np.no_such_name",
        SOLUTION,
        "print(double(3)\ndef plot(): ...",
        "while True: pass",
    ]
    (course.folder / "assignment.toml").write_text(
        (course.folder / "assignment.toml").read_text().replace("call_s = 1.0", "call_s = 1.0\ncell_s = 0.2")
    )
    path = tiny_course.write(tmp_path / "tiny.ipynb", notebook(*cells))
    submission = submissions.open(path, course.load())
    report = grade_one(course.load(), submission, run=OFFICIAL, supervisor=supervisor)
    assert report.score.earned == report.score.possible
    assert [note.partition(":")[0] for note in report.notes] == [
        "tiny.ipynb, cell 4, line 1",
        "tiny.ipynb",
        "tiny.ipynb, cell 2, line 1 raised NameError",
        "tiny.ipynb, cell 5, line 1 was still running after 0.2 seconds, so it was stopped. The code after it ran. "
        "Only the functions and classes of the tasks count.",
    ]


def test_without_a_loaded_module_no_hint_about_the_task_is_shown(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path), "def total(x:\n", supervisor=supervisor)
    found = line(report, "total_of_three")
    assert (found.verdict, found.hint) == (Verdict.ERRORED, "")


def test_the_cell_of_a_hidden_case_is_for_staff(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path / "course")
    path = tiny_course.write(tmp_path / "my notebook.ipynb", notebook("import math", NOTEBOOKS["raises"][0]))
    submission = submissions.open(path, course.load())
    report = grade_one(course.load(), submission, run=OFFICIAL, supervisor=supervisor)
    found = line(report, "double_of_any[5]")
    assert found.message == say("hidden.errored")
    assert "(my notebook.ipynb, cell 2, line 3)\nmy notebook.ipynb, cell 2, line 3, in double: return" in found.staff


def test_a_file_of_another_name_is_told_by_the_name_that_its_author_knows(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    course = make(tmp_path / "course")
    path = tiny_course.write(tmp_path / "tiny (1).py", "def double(x):\n    return x.twice()\n")
    report = grade_one(course.load(), submissions.open(path, course.load()), run=OFFICIAL, supervisor=supervisor)
    assert "(tiny (1).py, line 2)" in line(report, "double_of_two").message
    assert "tiny (1).py does not define total" in line(report, "total_of_three").message


# --- the hint of a case

HINTED = """
    @task("double", points=20, hint="Twice is two times.")
    def test_double(student):
        double = student.double(np.array([1.0, 2.0]))
        assert_close(double, np.array([2.0, 4.0]))
        require(student.total(double) + 0 == 6.0, "The sum is wrong.")
        with pytest.raises(ValueError):
            student.double(np.array([]))
"""
RIGHT = """
def double(x):
    if x.size == 0:
        raise ValueError
    return 2 * x
"""
TOTAL = "\n\ndef total(x):\n    return float(x.sum())\n"
EXPLAINED = {"values": ("2 * x", "3 * x"), "nan": ("2 * x", "0 * x / 0"), "a property": ("x.sum()", "x.max()")}
ELSEWHERE = {
    "an exception": ("2 * x", "x.twice()"),
    "an exception in the case": ("float(x.sum())", "None"),
    "a type": ("2 * x", "None"),
    "a shape": ("2 * x", "2 * x[None]"),
    "a dtype": ("2 * x", "(2 * x).astype(int)"),
    "no exception": ("raise ValueError", "return x"),
    "another name": ("def double", "def doubled"),
    "a side effect": ("return 2 * x", "x *= 2\n    return x.copy()"),
    "a line that Python cannot read": ("2 * x", "2 *"),
    "a crash": ("2 * x", "__import__('os')._exit(3)"),
}


def hint_of(tmp_path: Path, supervisor: Supervisor, old: str, new: str) -> str:
    course = make(tmp_path, visible=HINTED, hidden=None, solution=None, tasks={"double": 20.0})
    assert (RIGHT + TOTAL).count(old) == 1
    [report] = graded(course, (RIGHT + TOTAL).replace(old, new), supervisor=supervisor, official=False)
    assert line(report, "double").verdict is not Verdict.PASSED
    return line(report, "double").hint


@pytest.mark.parametrize("edit", EXPLAINED.values(), ids=EXPLAINED.keys())
def test_the_hint_of_a_case_explains_values(tmp_path: Path, supervisor: Supervisor, edit: tuple[str, str]) -> None:
    assert hint_of(tmp_path, supervisor, *edit) == "Twice is two times."


def test_none_that_a_case_cannot_use_is_named(tmp_path: Path, supervisor: Supervisor) -> None:
    assert hint_of(tmp_path, supervisor, "float(x.sum())", "None") == say("hint.none")


TWO_HINTED = """
    @task("double", points=10)
    def test_double(student):
        assert_close(student.double(np.array([1.0, 2.0])), np.array([2.0, 4.0]))

    @task("double", points=10, hint="Zero stays zero.")
    def test_zero(student):
        assert_close(student.double(np.array([0.0, 5.0])), np.array([0.0, 10.0]))
"""


@pytest.mark.parametrize(("formula", "hint"), [("2 * x + (x == 0)", "Zero stays zero."), ("3 * x + 1", "")])
def test_the_hint_of_a_case_needs_right_earlier_cases(
    tmp_path: Path, supervisor: Supervisor, formula: str, hint: str
) -> None:
    """It speaks of what the case adds; a mistake that shows in an earlier case of the task is another one."""
    course = make(tmp_path, visible=TWO_HINTED, hidden=None, solution=None, tasks={"double": 20.0})
    source = f"def double(x):\n    return {formula}\n" + TOTAL
    [report] = graded(course, source, supervisor=supervisor, official=False)
    assert line(report, "zero").verdict is Verdict.FAILED
    assert line(report, "zero").hint == hint


@pytest.mark.parametrize("edit", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_and_nothing_else(tmp_path: Path, supervisor: Supervisor, edit: tuple[str, str]) -> None:
    assert "Twice" not in hint_of(tmp_path, supervisor, *edit)


@pytest.mark.parametrize(("name", "found"), [("doubled", "doubled"), ("total", "")])
def test_no_name_that_is_asked_for_is_proposed_for_another(
    tmp_path: Path, supervisor: Supervisor, name: str, found: str
) -> None:
    visible = HINTED.replace("student.total", "student.doubles")
    course = make(tmp_path, visible=visible, hidden=None, solution=None)
    source = (RIGHT + TOTAL).replace("double", "doubles" if name == "total" else name)
    [report] = graded(course, source, supervisor=supervisor, official=False)
    ids = {"name": "double", "file": "tiny.py"}
    wanted = say("student.no-name-but", found=found, **ids) if found else say("student.no-name", **ids)
    assert line(report, "double").message == wanted
