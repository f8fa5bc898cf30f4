"""The audit of a small course: what it finds, what it lets pass, what it says."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import tiny_course
from rich.console import Console
from tiny_course import ALTERNATIVES, HIDDEN, MISTAKES, SLUG, VISIBLE, make, write

from autograder.audit import baseline, report, seeds
from autograder.audit.audit import Options, audit
from autograder.audit.equivalents import FILE
from autograder.audit.mutation import mutants
from autograder.audit.results import Audit, Fate
from autograder.audit.seeds import SEED
from autograder.checks import gradients
from autograder.commands.main import main
from autograder.course import stubs
from autograder.course.assignment import Assignment
from autograder.errors import CaseError
from autograder.grading import execution
from autograder.grading.collected_cases import CollectedCases, collect_cases
from autograder.grading.options import RunOptions
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

# Hand-out code stands outside the markers, as in a real solution.
DOUBLE = "return 2 * x"
TOTAL = "return float(np.sum(x))"
PARTS = """
import numpy as np


def double(x: np.ndarray) -> np.ndarray:
    ### BEGIN SOLUTION
{double}
    ### END SOLUTION


def total(x: np.ndarray) -> float:
    ### BEGIN SOLUTION
{total}
    ### END SOLUTION
"""
SEEDS = 3


def solved(double: str = DOUBLE, total: str = TOTAL) -> str:
    """The source of a solution with these bodies."""
    bodies = {"double": double, "total": total}
    return PARTS.format(
        **{name: "\n".join(f"    {line}" for line in body.split("\n")) for name, body in bodies.items()}
    )


Course = Callable[..., Assignment]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes no case slow, and lets no mutant time out."""
    monkeypatch.setattr(baseline, "QUICK_CASE_S", 30.0)
    monkeypatch.setattr(baseline, "MIN_CALL_S", 30.0)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    def made(
        solution: str | None = None,
        *,
        mistakes: Mapping[str, str] = MISTAKES,
        alternatives: Mapping[str, str] = ALTERNATIVES,
        confirmed: str = "",
        **more: Any,
    ) -> Assignment:
        built = make(tmp_path / "course", solution=solution or solved(), mistakes=mistakes, **more)
        (built.solution / "alternatives" / "added.py").unlink()
        for name, source in alternatives.items():
            write(built.solution / "alternatives" / f"{name}.py", source)
        if confirmed:
            write(built.solution / FILE, confirmed)
        asked = built.load()
        stubs.write(asked)
        return asked

    return made


def audited(asked: Assignment, supervisor: Supervisor, **options: int) -> Audit:
    return audit(asked, Options(**{"seeds": SEEDS, **options}), supervisor=supervisor)


def fates(found: Audit) -> dict[str, Fate]:
    """The fate of every mutant, by its statement after the edit."""
    return {each.mutant.edit.partition("  ->  ")[2].removeprefix("return "): each.fate for each in found.mutants}


def graded(found: Audit) -> dict[str, int]:
    """How often each case was graded on a right answer."""
    return {each.case.id: each.graded for each in found.cases}


def failing(found: Audit) -> str:
    return "\n".join(found.failures())


# --- what passes


@pytest.mark.slow
def test_a_good_assignment_passes(course: Course, supervisor: Supervisor) -> None:
    found = audited(course(), supervisor)
    assert found.failures() == []
    assert fates(found) == dict.fromkeys(
        ["2 / x", "2", "3 * x", "0 * x", "-2 * x", "float(np.mean(x))", "float(np.max(x))"], Fate.KILLED
    )
    assert found.killed == 1.0 and found.hinted == 1.0 and found.stale == ()
    assert found.graded == 6 * 2 * SEEDS and found.bound == pytest.approx(1 - 0.05 ** (1 / 36))
    assert found.cpu_s > 0


@pytest.mark.slow
def test_progress_goes_from_nothing_to_all(course: Course, supervisor: Supervisor) -> None:
    seen: list[tuple[int, int]] = []
    audit(course(), Options(seeds=1), advance=lambda done, of: seen.append((done, of)), supervisor=supervisor)
    assert seen[0][0] == 0 and seen[-1][0] == seen[-1][1] and [done for done, _ in seen] == sorted(d for d, _ in seen)


@pytest.mark.slow
def test_it_says_which_case_catches_what(course: Course, supervisor: Supervisor) -> None:
    idle = '\n\n@task("total", points=1)\ndef test_total_is_a_number(student):\n    """."""\n'
    idle += '    require(isinstance(student.total(np.ones(3)), float), "no number")\n'
    hidden = HIDDEN.replace('"total", points=5', '"total", points=4') + idle
    found = audited(course(hidden=hidden), supervisor)
    assert found.idle() == ["total_is_a_number"]
    assert len(found.kills("total_of_any")) == 2
    assert {len(found.kills(f"double_of_any[{size}]")) for size in (1, 5, 9)} == {5}
    assert found.mistakes[0].kills == ("double_of_any[1]", "double_of_any[5]", "double_of_any[9]")


@pytest.mark.slow
def test_a_case_that_met_no_other_mutant_than_right_ones_may_still_catch_some(
    course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine makes every case slow: then a mutant meets the fastest cases only, until one has caught it."""
    hidden = HIDDEN.replace("    x = rng.normal(size=7)\n", "    sum(range(10**6))\n    x = rng.normal(size=7)\n")
    assert audited(course(hidden=hidden), supervisor).idle() == []
    monkeypatch.setattr(baseline, "QUICK_CASE_S", 0.0)
    assert audited(course(hidden=hidden), supervisor).idle() == []


CHALLENGE: dict[str, Any] = {
    "visible": VISIBLE.replace('"total", points=3', '"total", points=0'),
    "hidden": HIDDEN.replace('"total", points=5', '"total", points=0'),
    "tasks": {"double": 12.0, "total": 0.0},
}


@pytest.mark.slow
def test_a_challenge_is_audited_like_every_task(course: Course, supervisor: Supervisor) -> None:
    assert audited(course(**CHALLENGE), supervisor).failures() == []


@pytest.mark.slow
def test_a_case_of_a_challenge_that_a_probe_passes_is_a_hole(course: Course, supervisor: Supervisor) -> None:
    """It has no point to give, so the pass itself counts."""
    soft = '\n    require(student.total(np.array([1.0, 2.0, 3.0])) != 5.0, "No.")\n'
    visible = CHALLENGE["visible"].replace("\n    assert_close(student.total(np.array([1.0, 2.0, 3.0])), 6.0)\n", soft)
    hidden = CHALLENGE["hidden"].partition('@task("total"')[0]
    found = audited(course(**{**CHALLENGE, "visible": visible, "hidden": hidden}), supervisor)
    assert "HOLE: the case total_of_three gives a pass to the probes" in failing(found)


# --- right answers


@pytest.mark.slow
def test_a_right_answer_that_loses_a_point_is_a_false_alarm(course: Course, supervisor: Supervisor) -> None:
    rounded = {"rounded": "def double(x):\n    return np.round(2 * x, 3)\n"}
    found = audited(course(alternatives=rounded), supervisor)
    assert {alarm.answer for alarm in found.alarms} == {"rounded"}
    assert {alarm.seed for alarm in found.alarms} == {1, 2, 3}
    assert "False alarm: rounded, seed 1, case double_of_any[1]" in failing(found)
    assert found.bound > 0.1


@pytest.mark.slow
def test_a_worker_serves_some_seeds_in_a_row_until_it_is_worn(
    course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = "CALLS = []\n\n\ndef total(x):\n    CALLS.append(1)\n    return float(x.sum()) * (len(CALLS) <= 2)\n"
    asked = course(alternatives={"counts": counts})
    assert {alarm.seed for alarm in audited(asked, supervisor, seeds=6).alarms} == {2, 3, 4, 5}
    monkeypatch.setattr(seeds, "MAX_WORKER_CPU_SHARE", -1.0)
    assert audited(asked, supervisor, seeds=6).alarms == ()


@pytest.mark.slow
def test_a_case_that_is_not_quick_runs_with_few_seeds_spread_over_all(
    course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "QUICK_CASE_S", 0.0)
    rounded = {"rounded": "def double(x):\n    return np.round(2 * x, 3)\n"}
    found = audited(course(alternatives=rounded), supervisor, seeds=20)
    assert set(graded(found).values()) == {2 * 3}
    assert {alarm.seed for alarm in found.alarms} == {1, 8, 15}


@pytest.mark.slow
def test_the_shorter_of_two_runs_counts(
    course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run may have to import a part of torch."""
    readings = itertools.chain(range(0, 120, 10), itertools.repeat(200))  # ten seconds for each case, and then none
    fake = SimpleNamespace(process_time=lambda: next(readings), perf_counter=time.perf_counter)
    monkeypatch.setattr(execution, "time", fake)
    found = audited(course(), supervisor)
    assert len(found.cases) == 6 and max(each.seconds for each in found.cases) < 10


def test_a_case_that_the_solution_does_not_pass_ends_the_audit(course: Course, supervisor: Supervisor) -> None:
    wrong = VISIBLE.replace("np.array([4.0])", "np.array([5.0])")
    with pytest.raises(CaseError, match="double_of_two does not pass on the solution"):
        audited(course(visible=wrong), supervisor)


@pytest.mark.slow
def test_a_case_that_trains_runs_a_few_times(course: Course, supervisor: Supervisor) -> None:
    training = HIDDEN.replace("points=5, needs", "points=5, call_s=30.0, needs")
    found = audited(course(hidden=training), supervisor, seeds=9)
    assert graded(found)["total_of_any"] == 2  # the solution and the alternative, once each
    assert graded(found)["total_of_three"] == 2 * 9
    assert (found.ran("total_of_any"), found.ran("total_of_three")) == (0, 2)  # which had caught them both


# --- the stub, the points


@pytest.mark.slow
def test_a_stub_of_another_text_is_noticed(course: Course, supervisor: Supervisor) -> None:
    asked = course()
    write(asked.stub("tiny"), asked.stub("tiny").read_text().replace("Task 1", "Task 7"))
    assert failing(audited(asked, supervisor)) == (
        "assignments/01-tiny/tiny.py, line 6: this is not the stub of the solution; run autograder stubs 01-tiny."
    )


@pytest.mark.slow
def test_a_case_that_passes_on_the_stub_is_noticed(course: Course, supervisor: Supervisor) -> None:
    hidden = HIDDEN.replace(
        "x = rng.normal(size=7)\n    assert_close(student.total(x.copy()), reference.total(x))", "pass"
    )
    assert "The case total_of_any passes on the stub." in failing(audited(course(hidden=hidden), supervisor))


@pytest.mark.slow
def test_points_and_tasks_must_agree(course: Course, supervisor: Supervisor) -> None:
    found = audited(course(tasks={"double": 12.0, "total": 9.0}), supervisor)
    assert failing(found) == "The cases of total are worth 8 points, the task 9."
    total = VISIBLE.index('@task("total"')
    found = audited(course(visible=VISIBLE[:total], hidden=HIDDEN[: HIDDEN.index('@task("total"')]), supervisor)
    assert "The task total has no case." in failing(found)


# --- known mistakes


@pytest.mark.slow
def test_a_mistake_that_is_not_caught_is_named(course: Course, supervisor: Supervisor) -> None:
    right = 'CAUGHT_BY = ("double_of_two",)\nHINT = "No."\n\n\ndef double(x):\n    return x + x\n'
    found = audited(course(mistakes={"right": right}), supervisor)
    assert "The mistake right is not caught by double_of_two." in failing(found)


@pytest.mark.slow
def test_a_mistake_meets_the_cases_of_its_tasks(course: Course, supervisor: Supervisor) -> None:
    """Those that it names, the other quick ones, and what they need; no case of a task that it does not name."""
    both = 'CAUGHT_BY = ("total_of_any",)\nHINT = "No."\n\n\ndef total(x):\n    return 0.0\n\n\n'
    both += "def double(x):\n    return 0 * x\n"
    needed = HIDDEN.replace('needs=("total_of_three",)', 'needs=("double_of_two", "total_of_three")')
    found = audited(course(hidden=needed, mistakes={"both": both}), supervisor)
    assert found.mistakes[0].kills == ("double_of_two", "total_of_three")
    found = audited(course(mistakes={"both": both.replace("_any", "_three")}), supervisor)
    assert found.mistakes[0].kills == ("total_of_three",) and found.failures() == []


def test_of_no_mistakes_no_share_is_reported(course: Course, supervisor: Supervisor) -> None:
    assert dict(report.summary(audited(course(mistakes={}), supervisor, mutants=0)))["mistakes"] == "no mistakes"


@pytest.mark.slow
def test_hints_must_come_out(course: Course, supervisor: Supervisor) -> None:
    squared = MISTAKES["squared"]
    twins = {"b-twin": squared.replace("Squaring is not doubling.", "Another sentence."), "a-squared": squared}
    found = audited(course(mistakes=twins), supervisor)
    assert found.hinted == 0.5
    assert failing(found) == "Only 50 % of the known mistakes earn their hints. Check b-twin."


# --- mutants

WEAK = VISIBLE.replace("np.array([1.0, 2.0, 3.0])), 6.0", "np.zeros(3)), 0.0")
ONLY_VISIBLE = (
    '@task("double", points=6)\ndef test_again(student):\n    assert_close(student.double(np.ones(2)), np.ones(2) * 2)'
)
ONLY_VISIBLE += (
    '\n\n@task("total", points=5)\ndef test_zeros(student):\n    assert_close(student.total(np.zeros(4)), 0.0)\n'
)


@pytest.mark.slow
def test_a_hole_is_shown_by_an_input(course: Course, supervisor: Supervisor) -> None:
    found = audited(course(visible=WEAK, hidden=ONLY_VISIBLE, mistakes={}), supervisor)
    assert fates(found)["float(np.mean(x))"] is Fate.SURVIVED
    assert fates(found)["float(np.max(x))"] is Fate.SURVIVED
    assert found.killed == pytest.approx(5 / 7)
    (line,) = [each for each in found.failures() if "np.mean" in each]
    assert (
        line.startswith("A wrong answer passes: tiny.py:")
        and "shown by student.total(np.array([" in line
        and "want " in line
    )
    assert "Only 71.4 % of the mutants are killed." in failing(found)


@pytest.mark.slow
def test_a_mutant_that_never_ends_is_killed(
    course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "MIN_CALL_S", 0.1)
    loop = "i, s = 0, 0.0\nwhile i < len(x):\n    s += float(x[i])\n    i += 1\nreturn s"
    found = audited(course(solved(total=loop)), supervisor)
    assert fates(found)["i = 1"] is Fate.KILLED
    assert found.failures() == []


@pytest.mark.slow
def test_what_nothing_tells_apart_waits_for_its_author(course: Course, supervisor: Supervisor) -> None:
    found = audited(course(solved(double="return 2 * (x - 0)")), supervisor)
    assert {text for text, fate in fates(found).items() if fate is Fate.UNCONFIRMED} == {"2 * (x + 0)", "2 * x"}
    assert "2 may be equivalent: confirm them in equivalents.toml" in failing(found)
    assert found.killed < 0.95


def entries(asked: Assignment, *edits: str, verdict: str = "equivalent") -> str:
    """Entries that confirm the mutants whose edits end like this."""
    chosen = [each for each in mutants(asked) if each.edit.endswith(edits)]
    assert len(chosen) == len(edits)
    keys = f'edit = "…"\nverdict = "{verdict}"\nreason = "Nothing is subtracted."\n'
    return "".join(f'[[mutant]]\ndigest = "{each.digest}"\n{keys}' for each in chosen)


@pytest.mark.slow
def test_confirmed_mutants_do_not_count(course: Course, supervisor: Supervisor) -> None:
    asked = course(solved(double="return 2 * (x - 0)"))
    text = entries(asked, "2 * (x + 0)", "2 * x", "3 * (x - 0)")
    found = audited(course(solved(double="return 2 * (x - 0)"), confirmed=text), supervisor)
    assert fates(found)["2 * (x + 0)"] is Fate.EQUIVALENT and found.failures() == []
    assert found.mutants[0].mutant.function == "double" and found.killed == 1.0
    assert len(found.stale) == 1, "3 * (x - 0) is killed, so nobody has to confirm it"


@pytest.mark.slow
def test_what_is_said_to_be_equivalent_is_still_tried(course: Course, supervisor: Supervisor) -> None:
    parts = {"visible": WEAK, "hidden": ONLY_VISIBLE, "mistakes": {}}
    wrong = entries(course(**parts), "np.mean(x))")
    assert fates(audited(course(**parts, confirmed=wrong), supervisor))["float(np.mean(x))"] is Fate.SURVIVED
    left_open = entries(course(**parts), "np.mean(x))", verdict="accepted")
    assert fates(audited(course(**parts, confirmed=left_open), supervisor))["float(np.mean(x))"] is Fate.ACCEPTED


@pytest.mark.slow
def test_a_difference_too_small_to_matter_is_accepted(course: Course, supervisor: Supervisor) -> None:
    found = audited(course(solved(double="return 2 * x + 1e-9")), supervisor)
    small = {"2 * x - 1e-09", "2 * x", "2 * x + 0.0", "2 * x + -1e-09"}
    assert {text for text, fate in fates(found).items() if fate is Fate.ACCEPTED} == small
    assert found.killed == 1.0 and found.failures() == []


def survivor(found: Audit, edit: str) -> tuple[Fate, str]:
    """The fate of the mutant whose edit ends like this, and its witness."""
    (one,) = [each for each in found.mutants if each.mutant.edit.endswith(edit)]
    return one.fate, one.witness


@pytest.mark.slow
def test_an_axis_of_length_one_is_widened(course: Course, supervisor: Supervisor) -> None:
    """All cases have one row. A sum over everything is then right."""
    rows = solved(total="return np.sum(x, axis=1, keepdims=True)")
    visible = VISIBLE.replace("np.array([1.0, 2.0, 3.0])), 6.0", "np.array([[1.0, 2.0, 3.0]])), np.array([[6.0]])")
    hidden = HIDDEN.replace("rng.normal(size=7)", "rng.normal(size=(1, 7))")
    found = audited(course(rows, visible=visible, hidden=hidden, mistakes={}, alternatives={}), supervisor)
    fate, witness = survivor(found, "axis=None, keepdims=True)")
    assert fate is Fate.SURVIVED and "shape" in witness
    entry = entries(course(rows, visible=visible, hidden=hidden, mistakes={}), "axis=None, keepdims=True)")
    confirmed = course(rows, visible=visible, hidden=hidden, mistakes={}, confirmed=entry)
    assert survivor(audited(confirmed, supervisor), "axis=None, keepdims=True)")[0] is Fate.EQUIVALENT


@pytest.mark.slow
def test_arguments_that_are_changed_on_purpose_are_compared(course: Course, supervisor: Supervisor) -> None:
    """A running average is a result, although no case looks at it."""
    running = solved(double="y = 2 * x\nx += 1.0\nreturn y")
    visible = VISIBLE.replace('"double", points=6', '"double", points=12, in_place=True')
    hidden = HIDDEN[HIDDEN.index('@task("total"') :]
    found = audited(course(running, visible=visible, hidden=hidden, mistakes={}, alternatives={}), supervisor)
    fate, witness = survivor(found, "x += 2.0")
    assert fate is Fate.SURVIVED and "changed arguments: value" in witness


FORWARD = "return 2 * x, {'x': x, 'again': x + 0.0, 'free': x * 3}"
BACKWARD = "if not np.array_equal(x['x'], x['again']):\n    raise ValueError('of another call')\n"
BACKWARD += "return float(np.sum(x['x'] * dout))"
CACHE = """
    @task("double", points=12)
    def test_forward(student):
        assert_close(student.double(np.array([1.0, -2.0]))[0], np.array([2.0, -4.0]))

    @task("total", points=8)
    def test_backward(student):
        _, cache = student.double(np.array([1.0, -2.0, 4.0]))
        assert_close(student.total(cache, np.ones(3)), 3.0)
    """


@pytest.mark.slow
def test_the_content_of_a_cache_is_free_and_made_again_for_other_inputs(course: Course, supervisor: Supervisor) -> None:
    text = solved(double=FORWARD, total=BACKWARD.replace("x[", "cache["))
    text = text.replace("total(x: np.ndarray)", "total(cache: dict, dout: np.ndarray)")
    found = audited(course(text, visible=CACHE, hidden="", mistakes={}, alternatives={}), supervisor)
    assert survivor(found, "'free': x / 3})")[0] is Fate.UNCONFIRMED, "nobody reads it"
    fate, witness = survivor(found, "return float(np.sum(cache['x']))")
    assert fate is Fate.SURVIVED and witness.startswith("student.total(student.double(np.array([")


CLASS = """
import numpy as np


class double:
    def at(self, x):
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION


def total(x):
    ### BEGIN SOLUTION
    return float(np.sum(x))
    ### END SOLUTION
"""


def test_methods_meet_the_cases_with_other_seeds(course: Course, supervisor: Supervisor) -> None:
    """2 * x and 0 * x differ unless x is 0, which this case draws with the audit's own seed only."""
    case = """
    @task("double", points=12)
    def test_at(student, rng):
        x = np.zeros(3) if FIRST == rng.integers(2**60) else rng.normal(size=3)
        assert_close(student.double().at(x), 2 * x)

    @task("total", points=8)
    def test_total(student):
        assert_close(student.total(np.array([1.0, 2.0])), 3.0)
    """
    from autograder.grading.execution import rng_of

    first = rng_of(SEED, "test_at").integers(2**60)
    visible = case.replace("FIRST", str(first))
    found = audited(course(CLASS, visible=visible, hidden="", mistakes={}, alternatives={}), supervisor)
    hole = next(each for each in found.mutants if each.mutant.edit.endswith("return 0 * x"))
    assert (hole.fate, hole.witness) == (Fate.SURVIVED, "at catches it with seed 2, and not with seed 1")


def test_slopes_are_measured_once_a_seed(course: Course, supervisor: Supervisor) -> None:
    """A survivor meets the seeds of the others again, and their inputs."""
    case = """
    from autograder import assert_gradient

    @task("double", points=12)
    def test_slope(student, rng):
        assert_gradient(student.double, of=lambda x: np.sum(x**2), at=rng.normal(size=3))

    @task("total", points=8)
    def test_total(student):
        assert_close(student.total(np.array([1.0, 2.0])), 3.0)
    """
    asked = course(visible=case, hidden="", mistakes={}, alternatives={})
    seen = []

    def work(bench: CollectedCases) -> None:
        for seed in (1, 2, 1, 2):
            bench.reseed(seed)
            for answer in (DOUBLE, "return 3 * x"):
                slope = next(iter(bench.run({"tiny": solved(answer).encode()}, bench.plan)))[1]
                seen.append((slope.verdict is Verdict.PASSED, measured.call_count))

    run = RunOptions(official=True, seed=1, device="cpu")
    with mock.patch.object(gradients, "measure", wraps=gradients.measure) as measured:
        collect_cases(asked, work, run=run, supervisor=supervisor)
    assert seen == [(True, 1), (False, 1), (True, 2), (False, 2), (True, 2), (False, 2), (True, 2), (False, 2)]


def test_in_one_worker_every_seed_finds_the_generators_as_in_a_new_one(course: Course, supervisor: Supervisor) -> None:
    random = {"tiny": solved(double="return np.random.rand(3)").encode()}
    seen: list[list[list[float]]] = [[], []]

    def work(bench: CollectedCases) -> None:
        case = bench.plan[:1]
        with contextlib.closing(bench.connect(random)) as connection:
            for seed in (1, 2, 1):
                bench.reseed(seed)
                for runs, kept in zip((bench.run(random, case), bench.run_on(connection, case)), seen, strict=True):
                    kept += [log.calls[0].result.tolist() for _, _, log in runs]

    collect_cases(course(), work, run=RunOptions(official=True, seed=1, device="cpu"), supervisor=supervisor)
    assert seen[0] == seen[1] and seen[0][0] == seen[0][2] != seen[0][1]


@pytest.mark.slow
def test_a_sample_of_mutants_is_always_the_same_and_said(course: Course, supervisor: Supervisor) -> None:
    first, second = (audited(course(), supervisor, mutants=3) for _ in range(2))
    assert [each.mutant.edit for each in first.mutants] == [each.mutant.edit for each in second.mutants]
    assert (len(first.mutants), first.left_out) == (3, 4)
    assert "4 not run" in report.markdown(first)


@pytest.mark.slow
def test_two_processes_find_what_one_does(course: Course, supervisor: Supervisor) -> None:
    asked = course(visible=WEAK, hidden=ONLY_VISIBLE, mistakes={})
    one, two = audited(asked, supervisor), audit(asked, Options(seeds=SEEDS, processes=2))
    assert fates(one) == fates(two) and graded(one) == graded(two) and one.failures() == two.failures()
    with pytest.raises(CaseError, match="does not pass on the solution"):
        audit(course(visible=VISIBLE.replace("[4.0]", "[5.0]")), Options(seeds=1, processes=2))


# --- reports and the command


@pytest.mark.slow
def test_the_report_holds_everything(course: Course, supervisor: Supervisor, tmp_path: Path) -> None:
    found = audited(course(visible=WEAK, hidden=ONLY_VISIBLE, mistakes={}), supervisor)
    page = report.write(found, tmp_path / "out").read_text(encoding="utf-8")
    assert "**Failed.**" in page and "| survived | tiny.py:13 |" in page
    assert (
        "| total_of_three | total | 3 |" in page and "`return 2 * x  ->  return 3 * x` | double_of_two, again |" in page
    )
    saved = json.loads((tmp_path / "out" / f"{SLUG}.json").read_text(encoding="utf-8"))
    assert saved["fates"]["survived"] == 2 and not saved["passed"]
    assert {row["case"]: len(row["mutants"]) for row in saved["cases"]}["total_of_three"] == 0
    assert len(saved["mutants"]) == 7 and saved["mutants"][0]["kills"]


@pytest.mark.slow
def test_an_unconfirmed_mutant_is_offered_as_an_entry(course: Course, supervisor: Supervisor, tmp_path: Path) -> None:
    found = audited(course(solved(double="return 2 * (x - 0)")), supervisor)
    page = report.markdown(found)
    offered = page.split("```toml\n")[1].split("```")[0].replace('reason = ""', 'reason = "Nothing is subtracted."')
    again = audited(course(solved(double="return 2 * (x - 0)"), confirmed=offered), supervisor)
    assert again.fates()[Fate.EQUIVALENT] == 2


def test_a_long_failure_is_cut_on_the_terminal_and_whole_in_the_report() -> None:
    found = SimpleNamespace(
        assignment=SimpleNamespace(slug="s", title="t"), failures=lambda: ["x" * 5000, "short"], summary=()
    )
    console = Console(file=io.StringIO(), width=10_000)
    with mock.patch.object(report, "summary", return_value=()):
        report.terminal(found, console)
    shown = console.file.getvalue()
    assert f"{'x' * report.MAX_SHOWN}… (whole in the report)" in shown and "✗ short" in shown
    assert "x" * (report.MAX_SHOWN + 1) not in shown


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], supervisor: Supervisor, tmp_path: Path
) -> Command:
    """Run ``autograder audit`` on the course in this process; return exit code, output and errors."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        fixed = ["autograder", "audit", "--root", str(tmp_path / "course"), "--processes", "1", "--seeds", "1"]
        monkeypatch.setattr(sys, "argv", [*fixed, *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.mark.slow
def test_the_command_ends_with_0_when_all_holds(course: Course, command: Command, tmp_path: Path) -> None:
    course()
    code, out, err = command()
    assert (code, err) == (0, "")
    assert f"{SLUG}  A tiny assignment  passed" in out and "7: 7 killed (100 % of those that count)" in out
    assert (tmp_path / "report" / "audit" / f"{SLUG}.md").is_file()


@pytest.mark.slow
def test_the_command_ends_with_4_when_a_gate_does_not_hold(course: Course, command: Command, tmp_path: Path) -> None:
    course(visible=WEAK, hidden=ONLY_VISIBLE, mistakes={})
    code, out, err = command("--out", "elsewhere", SLUG)
    assert code == 4 and f"the audit of {SLUG} failed" in err
    assert "✗ A wrong answer passes: tiny.py:13" in out
    assert (tmp_path / "elsewhere" / f"{SLUG}.json").is_file()


@pytest.mark.slow
def test_an_assignment_that_is_broken_does_not_stop_the_others(course: Course, command: Command) -> None:
    asked = course()
    other = asked.folder.with_name("00-broken")
    other.mkdir()
    for name in ("assignment.toml", "test_visible.py", "tiny.py"):
        (other / name).write_bytes((asked.folder / name).read_bytes())
    code, out, err = command()
    assert code == 4 and "00-broken has no folder in solutions/" in err and "the audit of 00-broken failed" in err
    assert f"{SLUG}  A tiny assignment  passed" in out
