"""A case is not run where its answers are known: nobody's verdict may differ, and no question is asked too early."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import COSTLY
from tiny_course import SOLUTION, graded, handed_in, line, make

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.grading import execution
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import GradedCase, Report, Verdict
from autograder.student import replay as replay_module
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault
from autograder.student.replay import MAX_RECORDED, Live, Recording, Replayed, same_frame
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]

# Every run of a case leaves a line in the file whose name stands for LOG.
NOTED = '''
LOG = "{log}"


def note(name):
    with open(LOG, "a") as file:
        file.write(name + "\\n")


@task("double", points=6)
def test_double_of_any(student, rng):
    """Any array is doubled."""
    note("double")
    x, y = rng.normal(size=3), rng.normal(size=2)
    assert_close(student.double(x), 2 * x)
    assert_close(student.double(y), 2 * y)


@task("total", points=5)
def test_total_of_any(student, rng):
    """Any array is added up."""
    note("total")
    x = rng.normal(size=7)
    assert_close(student.total(x), x.sum())
'''
OTHER_DIGITS = SOLUTION.replace("return 2 * x", "return 2 * x * (1 + 1e-12)")
WRONG = SOLUTION.replace("return 2 * x", "return 3 * x")


def noted(
    tmp_path: Path, *sources: str, supervisor: Supervisor, hidden: str = NOTED, solution: str = SOLUTION
) -> tuple[list[Report], list[str]]:
    """Grade officially; return the reports and the names of the hidden cases that ran on the submissions, in order."""
    log = tmp_path / "log.txt"
    course = make(tmp_path, solution=solution, hidden=hidden.replace("{log}", str(log)), mistakes={})
    seen: list[str] = []
    reports: list[Report] = []

    def arriving():
        for number, source in enumerate(sources, start=1):
            log.write_text("", encoding="utf-8")
            yield handed_in(source, student=f"student {number}")

    def record(report: Report) -> None:
        reports.append(report)
        seen.extend(log.read_text(encoding="utf-8").split())

    grade(course.load(), arriving(), record, run=RunOptions(official=True, seed=5, device="cpu"), supervisor=supervisor)
    return reports, seen


def plainly(report: Report) -> list[GradedCase]:
    """The outcomes without what depends on clock and memory, and without the output: Python warns once a process."""
    return [
        replace(each, seconds=0.0, measure=None, output="", staff=re.sub(r"\b0x[0-9a-f]+", "0x", each.staff))
        for each in report.outcomes
    ]


# --- what is known is not run again


def test_a_case_is_not_run_on_replies_with_which_it_passed(tmp_path: Path, supervisor: Supervisor) -> None:
    reports, seen = noted(tmp_path, SOLUTION, SOLUTION, supervisor=supervisor)
    assert seen == []
    assert [report.score.earned for report in reports] == [20.0, 20.0]
    assert {each.verdict for report in reports for each in report.outcomes} == {Verdict.PASSED}


def test_other_digits_are_judged_once(tmp_path: Path, supervisor: Supervisor) -> None:
    reports, seen = noted(tmp_path, OTHER_DIGITS, OTHER_DIGITS, supervisor=supervisor)
    assert seen == ["double"]
    assert [report.score.earned for report in reports] == [20.0, 20.0]


def test_a_wrong_answer_is_judged_whoever_came_before(tmp_path: Path, supervisor: Supervisor) -> None:
    (_, wrong, again, other), seen = noted(
        tmp_path, SOLUTION, WRONG, WRONG, WRONG.replace("3", "4"), supervisor=supervisor
    )
    assert seen == ["double", "double"]  # the second of those that are wrong alike is known
    assert line(wrong, "double_of_any").verdict is Verdict.FAILED
    assert plainly(wrong) == plainly(again)
    assert line(wrong, "double_of_any").mismatch != line(other, "double_of_any").mismatch
    assert wrong.score.earned == again.score.earned == other.score.earned == 8.0


def test_the_hint_of_a_known_mistake_is_found_once_and_told_every_time(tmp_path: Path, supervisor: Supervisor) -> None:
    squared = SOLUTION.replace("return 2 * x", "return x**2")
    reports = graded(make(tmp_path), squared, squared, supervisor=supervisor)
    assert [line(report, "double_of_any[5]").hint for report in reports] == ["Squaring is not doubling."] * 2


def test_what_is_said_of_a_line_is_said_of_everybodys_own(tmp_path: Path, supervisor: Supervisor) -> None:
    raising = SOLUTION.replace("    return 2", "    raise KeyError('x')\n    return 2")
    first, second = graded(make(tmp_path), raising, "\n\n" + raising, supervisor=supervisor)
    assert "line 6" in line(first, "double_of_two").message
    assert "line 8" in line(second, "double_of_two").message


def test_the_number_of_answers_that_are_kept_is_bounded(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.cache.MAX_OUTCOMES", 1)  # the solution's alone
    _, seen = noted(tmp_path, OTHER_DIGITS, OTHER_DIGITS, SOLUTION, supervisor=supervisor)
    assert seen == ["double", "double"]


def test_a_case_that_measures_is_always_run(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = NOTED.replace("def test_double_of_any(student, rng):", "def test_double_of_any(student, rng, measure):")
    hidden = hidden.replace('note("double")', 'note("double")\n    measure("answer", 42)')
    reports, seen = noted(tmp_path, SOLUTION, SOLUTION, supervisor=supervisor, hidden=hidden)
    assert seen == ["double", "double"]
    assert all(measured is not None for report in reports if (measured := line(report, "double_of_any").measure))


@pytest.mark.parametrize(
    "asked",
    [
        "cpu_seconds(student)",
        "fresh(student).double(np.ones(2))",
        "student.double(np.ones(2), key=abs)",
        "student.double(np.ones(200_000))",
    ],
    ids=["clock", "another worker", "callback", "large"],
)
def test_a_case_that_cannot_be_recorded_is_run(tmp_path: Path, supervisor: Supervisor, asked: str) -> None:
    assert MAX_RECORDED < 200_000 * 8
    hidden = "from autograder import cpu_seconds, fresh\n" + NOTED.replace('note("total")', f'note("total"); {asked}')
    source = SOLUTION.replace("def double(x):", "def double(x, key=None):")
    reports, seen = noted(tmp_path, source, source, supervisor=supervisor, hidden=hidden, solution=source)
    assert seen == ["total", "total"]
    assert [report.score.earned for report in reports] == [20.0, 20.0]


# --- what depends on an answer

# The second question is the answer to the first; the third lets the submission look at how often it was asked.
CHAINED = (
    NOTED.partition("@task")[0]
    + '''
@task("double", points=6)
def test_double_twice(student, rng):
    """Twice twice is four times."""
    note("double")
    x = rng.normal(size=3)
    assert_close(student.double(student.double(x)), 4 * x)
    assert_close(student.total(np.zeros(2)), 0.0)


@task("total", points=5)
def test_total_of_any(student):
    """Any array is added up."""
    assert_close(student.total(np.ones(7)), 7.0)
'''
)


def test_a_case_whose_questions_depend_on_an_answer_is_asked_as_if_it_ran(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    counting = """
import numpy as np

asked = []


def double(x):
    asked.append(len(x))
    return 2 * x * (1 + 1e-12)


def total(x):
    assert len(x) != 2 or asked == [1, 3, 3], asked  # once by the visible case, twice by the chain
    return float(np.sum(x))
"""
    reports, seen = noted(tmp_path, SOLUTION, counting, SOLUTION, counting, supervisor=supervisor, hidden=CHAINED)
    assert [report.score.earned for report in reports] == [20.0] * 4
    assert seen == ["double"]  # the second time its answers are known, too


def test_a_case_that_does_not_repeat_itself_is_run_every_time(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = NOTED.replace("x, y = rng.normal(size=3), rng.normal(size=2)", "x, y = np.random.random(3), np.ones(2)")
    reports, seen = noted(tmp_path, WRONG, SOLUTION, SOLUTION, supervisor=supervisor, hidden=hidden)
    assert seen[-1:] == ["double"] and seen.count("double") >= 3
    assert [report.score.earned for report in reports] == [8.0, 20.0, 20.0]


# --- nothing is asked too early

# Each way to let a question depend on an answer, planted in the first half of a case. The answer of the solution to
# double is 2 * x; the submission answers with the reversed array, so that each dependent question must differ.
DEPENDENT = {
    "the answer itself": "student.total(student.double(x))",
    "the largest entry": "student.total(x[: 1 + int(np.argmax(student.double(x)))])",
    "a length": "student.total(np.ones(len(student.grown(x))))",
    "an integer": "student.total(np.arange(student.size(x)))",
    "a truth value": "student.total(x) if student.positive(x) else student.double(x)",
    "a text": "student.total(np.ones(len(student.name(x))))",
    "an exception": "raised(student, x)",
    "a case that stops early": "require(student.positive(x), 'positive'); student.total(x)",
    "zip": "[student.total(np.full(3, a)) for a, _ in zip(student.grown(x), range(8))]",
}
ANSWERS = """
import numpy as np


def double(x):
    return {double}


def total(x):
    return float(np.sum(x))


def grown(x):
    return np.concatenate([x, x{grown}])


def size(x):
    return {size}


def positive(x):
    return {positive}


def name(x):
    return {name}


def fails(x):
    raise {error}
"""
RIGHT = {
    "double": "2 * x", "grown": "", "size": "3", "positive": "True", "name": "'abc'", "error": "ValueError('a')"
}  # fmt: skip
OTHER = {
    "double": "x[::-1]", "grown": ", x", "size": "4", "positive": "False", "name": "'abcd'", "error": "TypeError('a')"
}  # fmt: skip


def frames_of_submissions(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Connection, list[bytes]]]:
    """The frames that submissions are sent from now on; the solution and known mistakes are left out."""
    sent: list[tuple[Connection, list[bytes]]] = []
    ask = Connection.ask

    def noting(self: Connection, frame: list[bytes | memoryview], *, limit_s: float) -> None:
        if self.source.place is not None:
            if not sent or sent[-1][0] is not self:
                sent.append((self, []))
            sent[-1][1].append(b"".join(frame))
        ask(self, frame, limit_s=limit_s)

    monkeypatch.setattr(Connection, "ask", noting)
    return sent


def same_frames(one: list[tuple[Connection, list[bytes]]], other: list[tuple[Connection, list[bytes]]]) -> bool:
    """Whether the same was asked, whenever the collector reported an object as dropped."""
    return [len(frames) for _, frames in one] == [len(frames) for _, frames in other] and all(
        same_frame(a, b)
        for (_, ours), (_, theirs) in zip(one, other, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("dependent", DEPENDENT.values(), ids=DEPENDENT)
def test_a_submission_is_asked_nothing_that_follows_from_the_answers_of_others(
    dependent: str, tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = f'''
def raised(student, x):
    try:
        student.fails(x)
    except ValueError:
        student.total(x)
    except TypeError:
        student.double(x)


@task("double", points=6)
def test_a_chain(student, reference, rng):
    """The second question depends on the first answer."""
    x = np.sort(rng.normal(size=3))
    {dependent}
    require(student.size(x) == 3, "three")


@task("total", points=5)
def test_total_of_any(student, rng):
    """Any array is added up."""
    assert_close(student.total(np.ones(7)), 7.0)
'''
    right, other = ANSWERS.format(**RIGHT), ANSWERS.format(**OTHER)
    course = make(tmp_path, solution=right, hidden=hidden, mistakes={})
    sent = frames_of_submissions(monkeypatch)
    graded(course, right, other, supervisor=supervisor)
    after_the_solution = sent[:]
    sent.clear()
    monkeypatch.setattr(execution, "replay", lambda recording, connection, live: (live, False))
    graded(course, right, other, supervisor=supervisor)
    assert same_frames(after_the_solution, sent)
    (_, ours), (_, theirs) = sent
    assert not same_frame(b"".join(ours), b"".join(theirs))  # the question does depend on the answer


PASSES_THE_REFERENCE_ON = NOTED.replace(
    "assert_close(student.double(y), 2 * y)", "assert_close(student.total(reference.double(x)), 2 * x.sum())"
).replace("def test_double_of_any(student, rng)", "def test_double_of_any(student, reference, rng)")


@pytest.mark.parametrize("hidden", [NOTED, CHAINED, PASSES_THE_REFERENCE_ON], ids=["plain", "chained", "reference"])
def test_a_recorded_frame_waits_for_every_reply_before_it(
    hidden: str, tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a frame is sent, the worker has answered all that it was asked, so it never holds a later question."""
    order: list[str] = []
    ask, reply = Connection.ask, Connection.reply
    monkeypatch.setattr(Connection, "ask", lambda self, *args, **more: (order.append("ask"), ask(self, *args, **more)))

    def noting(self: Connection, clock: object) -> object:
        order.append("reply")
        return reply(self, clock)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "reply", noting)
    _, seen = noted(tmp_path, SOLUTION, SOLUTION, supervisor=supervisor, hidden=hidden)
    assert seen == []
    assert order == ["ask", "reply"] * (len(order) // 2) and len(order) >= 12


# --- a worker that is lost on the way


def test_a_crash_costs_the_call_that_crashed(tmp_path: Path, supervisor: Supervisor) -> None:
    crash = SOLUTION.replace("    return 2 * x", "    import os\n    if len(x) == 2: os._exit(3)\n    return 2 * x")
    (report,), seen = noted(tmp_path, crash, supervisor=supervisor)
    assert seen == ["double"]
    found = line(report, "double_of_any")
    assert found.verdict is Verdict.CRASHED and "exit status 3" in found.staff
    assert line(report, "total_of_any").verdict is Verdict.PASSED
    wrong = crash.replace("return 2 * x", "return 3 * x")  # fails before the call that crashes, which is not made
    (report,), _ = noted(tmp_path, wrong, supervisor=supervisor)
    assert line(report, "double_of_any").verdict is Verdict.FAILED
    assert line(report, "total_of_any").verdict is Verdict.PASSED


@pytest.mark.slow
def test_a_late_call_is_told_as_one(tmp_path: Path, supervisor: Supervisor) -> None:
    late = SOLUTION.replace("    return 2 * x", "    while len(x) == 2: pass\n    return 2 * x")
    (report,), _ = noted(tmp_path, late, supervisor=supervisor)
    assert line(report, "double_of_any").verdict is Verdict.TIMED_OUT
    assert line(report, "total_of_any").verdict is Verdict.PASSED


def test_replies_that_fill_the_memory_are_taken_one_by_one(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_module, "MAX_REPLIES", 200)
    loud = OTHER_DIGITS.replace("    return 2", "    print('once')\n    return 2")
    (report,), seen = noted(tmp_path, loud, supervisor=supervisor)
    assert seen == ["double"]
    assert line(report, "double_of_any").verdict is Verdict.PASSED
    assert line(report, "double_of_any").output == "once\n" * 2


def test_a_case_that_is_run_twice_is_judged_by_the_second_run(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = execution.replay, iter([False, True, False, False, False])

    def lost_once(recording: Recording, connection: Connection, live: Live) -> tuple[Replayed, bool]:
        double_of_any = sum(b"double" in step.frame for step in recording._steps.values()) == 2
        if double_of_any and next(lost):
            raise StudentFault(Verdict.CRASHED, "killed from outside", again=True)
        return real(recording, connection, live)

    monkeypatch.setattr(execution, "replay", lost_once)
    reports, seen = noted(tmp_path, WRONG, WRONG, supervisor=supervisor)
    assert seen == ["double"]
    assert [line(report, "double_of_any").verdict for report in reports] == [Verdict.FAILED] * 2


# --- the submission


def test_prints_belong_to_the_case_that_made_them(tmp_path: Path, supervisor: Supervisor) -> None:
    loud = SOLUTION.replace("    return 2", "    print(len(x))\n    return 2")
    reports, seen = noted(tmp_path, loud, loud, supervisor=supervisor)
    assert seen == []
    assert [line(report, "double_of_any").output for report in reports] == ["3\n2\n"] * 2
    assert [line(report, "total_of_any").output for report in reports] == [""] * 2


def test_a_hidden_case_that_fails_does_not_run_again_for_its_output(tmp_path: Path, supervisor: Supervisor) -> None:
    loud = WRONG.replace("def double(x):\n", "def double(x):\n    print(len(x))\n")
    reports, seen = noted(tmp_path, loud, loud, supervisor=supervisor)
    assert seen == ["double"]
    assert [line(report, "double_of_any").output for report in reports] == ["3\n"] * 2


def test_a_function_that_only_answers_when_asked_by_name_is_missing_every_time(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    shy = SOLUTION.replace("def double", "def _double") + "\n\ndef __getattr__(name):\n    return _double\n"
    reports, _ = noted(tmp_path, shy, SOLUTION, shy, supervisor=supervisor)
    assert [line(report, "double_of_any").verdict for report in reports] == [
        Verdict.ERRORED, Verdict.PASSED, Verdict.ERRORED
    ]  # fmt: skip


def test_objects_are_numbered_anew_in_every_case(tmp_path: Path, supervisor: Supervisor) -> None:
    hidden = '''
@task("double", points=6)
def test_a_thing(student):
    """A thing has a size."""
    assert_close(student.thing(3).size, 3)


@task("total", points=5)
def test_two_things(student):
    """Two things have two sizes."""
    one, other = student.thing(1), student.thing(2)
    assert_close((other.size, one.size), (2, 1))
'''
    source = SOLUTION + "\n\nclass thing:\n    def __init__(self, size):\n        self.size = size\n"
    wrong = source.replace("self.size = size", "self.size = 2 * size")
    hoarder = source.replace("self.size = size", "self.size = size; hoard.append(self)").replace(
        "class thing", "hoard = []\n\n\nclass thing"
    )
    course = make(tmp_path, solution=source, hidden=hidden)
    reports = graded(course, wrong, source, hoarder, supervisor=supervisor)
    assert [report.score.earned for report in reports] == [9.0, 20.0, 20.0]


# --- nobody's verdict differs

SLOW = ("09-static-graph", "12-convolution")  # objects, callbacks; the others are long


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "every"),
    [
        ("05-logistic", 12),
        *(
            pytest.param(each.slug, 10, marks=pytest.mark.slow if each.slug in SLOW else pytest.mark.long)
            for each in assignments.load_all(ROOT)
            if each.slug != "05-logistic"
        ),
        pytest.param("05-logistic", 1, marks=pytest.mark.long),
        pytest.param("12-convolution", 1, marks=pytest.mark.long),
    ],
)
def test_every_outcome_is_that_of_a_run_call_by_call(
    slug: str, every: int, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = assignments.load(slug, root=ROOT)
    known = [*solution.alternatives(assignment), *solution.mistakes(assignment)[::every]] * 2
    submissions = [replace(handed_in("", student=each.id), modules=dict(each.modules)) for each in known]
    found: list[list[Report]] = []
    sent = frames_of_submissions(monkeypatch)
    asked: list[list[tuple[Connection, list[bytes]]]] = []
    for replayed in (True, False):
        if not replayed:
            monkeypatch.setattr(execution, "replay", lambda recording, connection, live: (live, False))
        found.append([])
        run = RunOptions(official=True, seed=11, device="cpu", without=COSTLY.get(slug, frozenset()))
        grade(assignment, submissions, found[-1].append, run=run, supervisor=supervisor)
        asked.append(sent[:])
        sent.clear()
    assert same_frames(*asked)
    for replayed_one, one_by_one in zip(*found, strict=True):
        assert plainly(replayed_one) == plainly(one_by_one)
