"""Known mistakes: a submission earns the hint of a mistake when every call came back alike, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tiny_course import SOLUTION, graded, handed_in, line, make, workers

from autograder.course.solution import Mistake
from autograder.grading import mistakes as mistakes_module
from autograder.grading.mistakes import KnownMistakes, same
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Case, Mismatch, Outcome, Report, Verdict
from autograder.student import recipes
from autograder.student.call import RecordedCall
from autograder.student.log import CaseLog
from autograder.student.objects import RemoteFunction
from autograder.workers.supervisor import Supervisor


def hints(root: Path, source: str, supervisor: Supervisor, **course: Any) -> dict[str, str]:
    """The hint of every case that this submission did not pass."""
    [report] = graded(make(root, **course), source, supervisor=supervisor)
    return {each.case: each.hint for each in report.outcomes if each.verdict is not Verdict.PASSED}


SQUARING = "Squaring is not doubling."


def test_a_mistake_written_differently_is_recognised(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "import numpy as np\n\n\ndef double(x):\n    return np.exp(2 * np.log(np.abs(x)))\n"
    assert hints(tmp_path, source, supervisor)["double_of_any[5]"] == SQUARING


def test_it_is_recognised_in_another_precision(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "import numpy as np\n\n\ndef double(x):\n    return (x * x).astype(np.float32)\n"
    assert hints(tmp_path, source, supervisor)["double_of_any[5]"] == SQUARING


def test_it_is_recognised_in_every_case_of_its_task(tmp_path: Path, supervisor: Supervisor) -> None:
    found = hints(tmp_path, "def double(x):\n    return x * x\n", supervisor)
    assert {found[f"double_of_any[{size}]"] for size in (1, 5, 9)} == {SQUARING}


@pytest.mark.slow
@pytest.mark.parametrize("most", [1, 2])
def test_the_worker_of_a_mistake_waits_for_the_next_case_and_ends_with_the_run(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    text = 'CAUGHT_BY = ("double_of_any[5]",)\nHINT = "{}."\n\n\ndef double(x):\n    return x**{}\n'
    mistakes = {"squared": text.format("Squared", 2), "cubed": text.format("Cubed", 3)}
    sources = [SOLUTION.replace("2 * x", f"x**{power}") for power in (2, 3, 4)]
    submissions = [handed_in(source) for source in sources]
    waiting: list[int] = []
    reports: list[Report] = []

    def record(report: Report) -> None:
        reports.append(report)
        waiting.append(len(workers(supervisor)))

    monkeypatch.setattr(mistakes_module, "MAX_MISTAKE_WORKERS", most)
    run = RunOptions(official=True, seed=5, device="cpu")
    grade(make(tmp_path, mistakes=mistakes).load(), submissions, record, run=run, supervisor=supervisor)
    assert [line(report, "double_of_any[9]").hint for report in reports] == ["Squared.", "Cubed.", ""]
    assert max(waiting) == most
    assert workers(supervisor) == []


NOT_THAT = {
    "another value": "return x * x + 1e-3",
    "right for some": "return np.where(np.arange(x.size) < 3, x * x, 0)",
    "another shape": "return (x * x)[None]",
    "in place": "x *= x\n    return x",
    "an exception": "raise ValueError(x * x)",
    "called twice": "return x * x * x",
}


@pytest.mark.parametrize("body", NOT_THAT.values(), ids=NOT_THAT.keys())
def test_another_mistake_does_not_earn_its_hint(tmp_path: Path, supervisor: Supervisor, body: str) -> None:
    found = hints(tmp_path, f"import numpy as np\n\n\ndef double(x):\n    {body}\n", supervisor)
    assert found["double_of_any[9]"] != SQUARING


@pytest.mark.parametrize("source", ["def double(x):\n    return 2 *\n", "x = 1\n", "import nothing_like_it\n1 / 0\n"])
def test_no_mistake_is_run_for_a_file_that_defines_nothing(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    spawned: list[object] = []
    spawn = Supervisor.spawn

    def counted(self: Supervisor, *arguments: Any, **options: Any) -> Any:
        spawned.append(arguments)
        return spawn(self, *arguments, **options)

    course = make(tmp_path)
    graded(course, SOLUTION, supervisor=supervisor)  # the self-test is done
    monkeypatch.setattr(Supervisor, "spawn", counted)
    [report] = graded(course, source, supervisor=supervisor)
    assert {each.verdict for each in report.outcomes} == {Verdict.ERRORED, Verdict.SKIPPED}
    assert len(spawned) == 2  # one for the solution, one that loaded the file


def test_a_mistake_of_another_task_is_not_asked(tmp_path: Path, supervisor: Supervisor) -> None:
    mistakes = {
        "zero": 'CAUGHT_BY = ("total_of_three",)\nHINT = "Zero is no sum."\n\n\ndef total(x):\n    return 0.0\n'
    }
    # wrong in double alone: there total's mistake behaves as the solution does
    found = hints(tmp_path, SOLUTION.replace("2 * x", "3 * x"), supervisor, mistakes=mistakes)
    assert "Zero is no sum." not in found.values()


def test_the_mistake_that_names_a_case_comes_before_its_neighbours(tmp_path: Path, supervisor: Supervisor) -> None:
    body = "\n\n\ndef double(x):\n    return x**2\n"
    mistakes = {
        "a-neighbour": f'CAUGHT_BY = ("double_of_any[1]",)\nHINT = "A neighbour."{body}',
        "b-named": f'CAUGHT_BY = ("double_of_any[5]",)\nHINT = "The one."{body}',
    }
    found = hints(tmp_path, "def double(x):\n    return x * x\n", supervisor, mistakes=mistakes)
    assert (found["double_of_any[5]"], found["double_of_any[1]"]) == ("The one.", "A neighbour.")


def test_a_mistake_that_raises_is_recognised_by_what_it_raises(tmp_path: Path, supervisor: Supervisor) -> None:
    head = 'CAUGHT_BY = ("double_of_any[5]",)\nHINT = "There is no such method."\n\n\n'
    mistakes = {"method": head + "def double(x):\n    return x.twice()\n"}
    course = {"mistakes": mistakes}
    same_way = hints(tmp_path / "a", "def double(x):\n    y = x\n    return y.twice()\n", supervisor, **course)
    another = hints(tmp_path / "b", "def double(x):\n    return x.doubled()\n", supervisor, **course)
    assert same_way["double_of_any[5]"] == "There is no such method."
    assert another["double_of_any[5]"] == ""


STATEFUL = """
    @task("double", points=20)
    def test_slope(student):
        model = student.Model()
        model.fit()
        require(model.slope == 2.0, "the slope is wrong")
"""


def model(slope: float) -> str:
    return f"\n\nclass Model:\n    def fit(self):\n        self.slope = {slope}\n"


def test_what_a_case_reads_from_an_object_counts(tmp_path: Path, supervisor: Supervisor) -> None:
    head = 'CAUGHT_BY = ("slope",)\nHINT = "Three is too many."\n'
    course = {
        "visible": "",
        "hidden": STATEFUL,
        "solution": SOLUTION + model(2.0),
        "mistakes": {"three": head + model(3.0)},
        "tasks": {"double": 20.0},
    }
    assert hints(tmp_path / "a", model(3.0), supervisor, **course) == {"slope": "Three is too many."}
    assert hints(tmp_path / "b", model(5.0), supervisor, **course) == {"slope": ""}


def test_what_a_case_reads_from_the_module_counts(tmp_path: Path, supervisor: Supervisor) -> None:
    course = {
        "visible": "",
        "hidden": '@task("double", points=20)\ndef test_size(student):\n    require(student.SIZE == 2, "wrong")\n',
        "solution": SOLUTION + "SIZE = 2\n",
        "mistakes": {"three": 'CAUGHT_BY = ("size",)\nHINT = "Three is too many."\nSIZE = 3\n'},
        "tasks": {"double": 20.0},
    }
    assert hints(tmp_path / "a", "SIZE = 3\n", supervisor, **course) == {"size": "Three is too many."}
    assert hints(tmp_path / "b", "SIZE = 5\n", supervisor, **course) == {"size": ""}


# --- when a mistake is run, and how often


class Rehearsal:
    """Stands for the run of a case on a mistake: always the same outcome and log."""

    def __init__(self, outcome: Outcome, log: CaseLog) -> None:
        self.runs: list[tuple[str, str]] = []
        self._answer = outcome, log

    def __call__(self, case: Case, mistake: Mistake) -> tuple[Outcome, CaseLog]:
        self.runs.append((case.id, mistake.id))
        return self._answer


CASE = Case("a", "task", "", 1.0, visible=True)
MISTAKE = Mistake("m", Path("m.py"), {}, caught_by=("a",), hint="That one.")
FAILED = Outcome("a", Verdict.FAILED, mismatch=Mismatch("value", "1", "2"))


def log(*results: Any) -> CaseLog:
    return CaseLog([RecordedCall("f", (), {}, result, (), (), 0.0) for result in results])


def test_a_mistake_is_run_once_for_all_submissions() -> None:
    run = Rehearsal(FAILED, log(1.0))
    known = KnownMistakes([MISTAKE], [CASE], run)
    assert [known.hint(CASE, FAILED, log(value)) for value in (1.0, 2.0, 1.0)] == ["That one.", "", "That one."]
    assert run.runs == [("a", "m")]


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.FAILED, Verdict.ERRORED)])
def test_only_wrong_answers_are_looked_up(verdict: Verdict) -> None:
    run = Rehearsal(FAILED, log())
    assert KnownMistakes([MISTAKE], [CASE], run).hint(CASE, Outcome("a", verdict), log()) == ""
    assert run.runs == []


def test_a_mistake_of_another_task_is_not_even_run() -> None:
    other, run = Case("b", "another task", "", 1.0, visible=True), Rehearsal(FAILED, log(1.0))
    assert KnownMistakes([MISTAKE], [CASE, other], run).hint(other, Outcome("b", Verdict.FAILED), log(1.0)) == ""
    assert run.runs == []


def test_another_verdict_is_another_mistake() -> None:
    known = KnownMistakes([MISTAKE], [CASE], Rehearsal(Outcome("a", Verdict.ERRORED), log(1.0)))
    assert known.hint(CASE, Outcome("a", Verdict.FAILED), log(1.0)) == ""


def test_a_case_that_took_long_is_not_run_again_for_every_mistake() -> None:
    run = Rehearsal(FAILED, log(1.0))
    slow = log(1.0)
    slow.cpu_s = 2.5
    assert KnownMistakes([MISTAKE], [CASE], run).hint(CASE, FAILED, slow) == ""
    assert run.runs == []


def test_only_mistakes_that_a_costly_case_was_made_for_are_run_on_it() -> None:
    other = replace(MISTAKE, id="other", caught_by=("b",))
    plan = [CASE, Case("b", CASE.task, "", 1.0, visible=True)]
    run = Rehearsal(FAILED, log(1.0))
    known = KnownMistakes([other, MISTAKE], plan, run, costly={"a"})
    assert known.hint(CASE, FAILED, log(2.0)) == ""
    assert run.runs == [("a", "m")]


def test_another_number_of_calls_is_another_mistake() -> None:
    known = KnownMistakes([MISTAKE], [CASE], Rehearsal(FAILED, log(1.0, 2.0)))
    assert known.hint(CASE, FAILED, log(1.0)) == ""


@pytest.mark.parametrize(
    "theirs",
    [
        RecordedCall("g", (), {}, 1.0, (), (), 0.0),
        RecordedCall("f", (), {}, 1.0, ("0",), (), 0.0),
    ],
    ids=["another function", "changed an argument"],
)
def test_everything_about_a_call_counts(theirs: RecordedCall) -> None:
    known = KnownMistakes([MISTAKE], [CASE], Rehearsal(FAILED, CaseLog([theirs])))
    assert known.hint(CASE, FAILED, log(1.0)) == ""


def test_shared_memory_counts_unless_a_value_is_wrong() -> None:
    shares = CaseLog([RecordedCall("f", (), {}, 1.25, (), ("0",), 0.0)])
    known = KnownMistakes([MISTAKE], [CASE], Rehearsal(FAILED, shares))
    assert known.hint(CASE, FAILED, log(1.25)) == "That one."
    effect = Outcome(FAILED.case, Verdict.FAILED, mismatch=Mismatch("effect", "", ""))
    assert KnownMistakes([MISTAKE], [CASE], Rehearsal(effect, shares)).hint(CASE, effect, log(1.25)) == ""


def test_what_was_written_into_an_argument_counts() -> None:
    def changed(value: float) -> CaseLog:
        return CaseLog([RecordedCall("f", (np.zeros(2),), {}, None, ("0",), (), 0.0, (np.full(2, value),))])

    known = KnownMistakes([MISTAKE], [CASE], Rehearsal(FAILED, changed(1.0)))
    assert known.hint(CASE, FAILED, changed(1.0)) == "That one."
    assert known.hint(CASE, FAILED, changed(2.0)) == ""


def test_a_mistake_that_names_a_case_outside_the_plan_is_asked_as_well() -> None:
    hidden = Mistake("m", Path("m.py"), {}, caught_by=("a hidden case",), hint="That one.")
    assert KnownMistakes([hidden], [CASE], Rehearsal(FAILED, log(1.25))).hint(CASE, FAILED, log(1.25)) == "That one."


# --- alike

ARRAYS = hnp.arrays(
    dtype=st.sampled_from(["f8", "f4", "f2", "c16", "i8", "u1", "?", "U3"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3),
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(max_size=3))
VALUES = st.recursive(
    st.one_of(PLAIN, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=5,
)


def copied(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(copied(item) for item in value)
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return value


@given(VALUES)
def test_a_value_is_like_its_copy(value: Any) -> None:
    assert same(value, copied(value))


@given(VALUES, VALUES)
def test_any_two_values_can_be_compared(a: Any, b: Any) -> None:
    assert same(a, b) in (True, False)
    assert not same([a], a)


UNLIKE = [
    (1.0, 1.0 + 1e-4),
    (1, 1.0),
    (1, True),
    (10**40, 10**40 + 1),
    (None, 0),
    ("a", "b"),
    ("1", 1),
    ([1.0], (1.0,)),
    ([1.0], [1.0, 2.0]),
    ({"a": 1.0}, {"b": 1.0}),
    ({"a": 1.0}, {"a": 2.0}),
    (np.zeros(2), np.zeros((2, 1))),
    (np.zeros(2), np.zeros(2, np.float32)),
    (np.zeros(2), [0.0, 0.0]),
    (np.array(["a"]), np.array(["b"])),
    (np.array([True]), np.array([False])),
    (np.array([1, 2]), np.array([1, 3])),
    (np.array([np.nan]), np.array([1.0])),
    (np.array([2**60]), np.array([2**60 + 1])),
]


@pytest.mark.parametrize(("a", "b"), UNLIKE, ids=[f"{i}" for i in range(len(UNLIKE))])
def test_these_are_not_alike(a: Any, b: Any) -> None:
    assert not same(a, b)
    assert not same(b, a)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_like_itself(odd: float) -> None:
    assert same(odd, odd)
    assert same(np.array([odd, 1.0], np.float32), np.array([odd, 1.0], np.float32))
    assert not same(odd, 0.0)


def test_functions_and_recipes_are_alike_by_what_they_stand_for() -> None:
    functions = [RemoteFunction(None, None, "f", name) for name in ("f", "f", "g")]  # type: ignore[arg-type]
    assert same(functions[0], functions[1]) and not same(functions[0], functions[2])
    fed = [recipes.dictionary([functions[0]], [np.ones(2) * scale]) for scale in (1.0, 1.0, 2.0)]
    assert same(fed[0], fed[1]) and not same(fed[0], fed[2]) and not same(fed[0], recipes.generator(1))


def test_another_order_of_operations_is_alike() -> None:
    x = np.random.default_rng(0).normal(size=1000)
    assert same(x.sum(), sum(sorted(x)))
    assert same({"a": [np.exp(x) * np.exp(-x)]}, {"a": [np.ones(1000)]})


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "complex64", "int64", "bool"])
def test_tensors_of_every_kind_can_be_compared(dtype: str) -> None:
    import torch

    a = torch.ones(3).to(getattr(torch, dtype))
    assert same(a, a.clone())
    assert not same(a, torch.zeros_like(a))
    assert not same(a, a[:2])
    assert not same(a, torch.ones(3, dtype=torch.float16))
    assert not same(a, np.ones(3))
