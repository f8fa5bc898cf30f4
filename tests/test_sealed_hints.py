"""Sealed hints: who makes a known mistake reads its hint without ``solutions/``, and nobody else does."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import audits
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotes import find_outputs, missing_lines
from tiny_course import SOLUTION, Course, graded, make

from autograder.audit import hints
from autograder.commands.main import main
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.grading.sealed_hints import ENTRIES, FILE, MAX_ENTRIES, Behaviour, SealedHints, opened, sealed
from autograder.messages import use_language
from autograder.model import Case, Mismatch, Outcome, Verdict
from autograder.student.call import RecordedCall
from autograder.student.log import CaseLog, Step
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
COURSE = assignments.load_all(ROOT)

CASE = Case("a", "task", "", 1.0, visible=True)
FAILED = Outcome("a", Verdict.FAILED, mismatch=Mismatch("value", "1", "2"))
TEXTS = {"en": "That one.", "ko": "바로 그것입니다."}


def log(*results: Any) -> CaseLog:
    return CaseLog([RecordedCall("f", (), {}, result) for result in results])


def seen(*results: Any) -> Behaviour:
    return Behaviour(FAILED, log(*results))


def record_of(*results: Any, right: Behaviour | None = None, others: Sequence[Behaviour] = ()) -> Any:
    record = sealed(seen(*results), TEXTS, right=right, others=others)
    return json.loads(json.dumps(record))


# --- what opens a record, and what does not

NUMBERS = np.random.default_rng(0).normal(size=300)
ANSWERS = [
    0.25,
    -1e-12,
    3e8,
    float("nan"),
    [0.1, 0.2, 0.3],
    (1, 2.5),
    {"W": NUMBERS[:6].reshape(2, 3), "b": np.zeros(3)},
    NUMBERS,
    NUMBERS.astype(np.float32),
    NUMBERS[:4] + 1j,
    np.array([np.inf, -np.inf, np.nan, 1.0]),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_the_same_answer_opens_its_record(answer: Any) -> None:
    assert opened(record_of(answer), seen(answer)) == TEXTS


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(-3, 3))
def test_rounding_errors_do_not_matter(values: list[float], times: int) -> None:
    """No number of a key lies near a border, where the last digits would decide."""
    answer = np.array(values)
    largest = np.abs(answer).max()
    assert opened(record_of(answer), seen(answer + times * 1e-12 * largest)) == TEXTS


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40), st.integers(0, 5))
def test_rounding_errors_of_float32_do_not_matter(values: list[float], seed: int) -> None:
    answer = np.array(values, np.float32)
    noise = np.random.default_rng(seed).uniform(-1e-6, 1e-6, size=answer.size)
    assert opened(record_of(answer), seen((answer * (1 + noise)).astype(np.float32))) == TEXTS


def test_a_number_that_came_from_float32_has_its_precision() -> None:
    loss = float(np.float32(0.123456))
    assert opened(record_of(loss), seen(float(np.float32(loss * (1 + 2e-6))))) == TEXTS


def test_what_should_be_zero_may_be_a_rounding_error() -> None:
    answer = np.array([1.0, 0.0, 2.0])
    assert opened(record_of(answer), seen(np.array([1.0, 3e-17, 2.0]))) == TEXTS
    assert opened(record_of(0.0), seen(4e-17)) == TEXTS


UNLIKE = {
    "another third digit": (1.234, 1.244),
    "another entry": (np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.02, 3.0])),
    "another sign": (1.5, -1.5),
    "zeros": (np.zeros(2), np.array([0.04, 0.0])),
    "thirds": (1 / 3, 2 / 3 - 0.34),
    "a coarse third digit": (np.array([1.23, 4.56], np.float32), np.array([1.23, 4.51], np.float32)),
    "another integer": (3, 4),
    "a bool": (1, True),
    "a text": ("a", "b"),
    "integers": (np.array([1, 2]), np.array([1, 3])),
    "another shape": (np.zeros(4), np.zeros((2, 2))),
    "a list": ([1.0, 2.0], np.array([1.0, 2.0])),
    "other keys": ({"W": 1.0}, {"w": 1.0}),
    "nothing": (1.0, None),
    "nan": (1.0, float("nan")),
    "inf": (float("inf"), -float("inf")),
}


@pytest.mark.parametrize(("answer", "other"), UNLIKE.values(), ids=UNLIKE.keys())
def test_another_answer_opens_nothing(answer: Any, other: Any) -> None:
    assert opened(record_of(answer), seen(other)) is None
    assert opened(record_of(other), seen(answer)) is None


# What compare() takes for the same, so that a wrong value is the same, however it is handed back.
REPRESENTATIONS = {
    "a number": (2.5, np.float64(2.5)),
    "a number and an array ()": ([2.5, 1.0], [np.array(2.5), np.float64(1.0)]),
    "a list and a tuple": ([2.5, np.ones(2)], (2.5, np.ones(2))),
    "a whole number": (3, np.int64(3)),
    "whole numbers": (np.array([1, 2]), np.array([1, 2], np.int32)),
    "float32 and float64": (np.array([1.5, 2.5]), np.array([1.5, 2.5], np.float32)),
}


@pytest.mark.parametrize(("answer", "other"), REPRESENTATIONS.values(), ids=REPRESENTATIONS.keys())
def test_a_wrong_value_is_the_same_in_another_form(answer: Any, other: Any) -> None:
    assert opened(record_of(answer), seen(other)) == TEXTS
    assert opened(record_of(other), seen(answer)) == TEXTS


@pytest.mark.parametrize(("answer", "other"), REPRESENTATIONS.values(), ids=REPRESENTATIONS.keys())
def test_where_no_value_is_wrong_the_form_counts(answer: Any, other: Any) -> None:
    failed = replace(FAILED, mismatch=Mismatch("property", "", ""))
    one, two = (Behaviour(failed, log(each)) for each in (answer, other))
    assert one.exact != two.exact or type(answer) is float  # the one number that NumPy and Python share


def test_the_names_of_the_parameters_of_a_network_do_not_count() -> None:
    def state(*names: str) -> CaseLog:
        return CaseLog([RecordedCall("Net.state_dict", (), {}, dict(zip(names, NUMBERS[:2], strict=True)))])

    record = sealed(Behaviour(FAILED, state("weight", "bias")), TEXTS, right=None, others=[])
    assert opened(record or [], Behaviour(FAILED, state("a", "b"))) == TEXTS
    assert opened(record or [], Behaviour(FAILED, log({"a": NUMBERS[0], "b": NUMBERS[1]}))) is None


def test_numbers_that_the_case_replaced_do_not_count() -> None:
    """A network draws its start; which layers it made before, and threw away, is no part of the mistake."""

    def run(drawn: float, *, loads: bool = True) -> Behaviour:
        done = [("state_dict", {"weight": np.full(3, drawn)}), ("load_state_dict", None), ("__call__", 2.5)]
        mine = CaseLog()
        for name, result in done if loads else [done[0], done[2]]:
            call = RecordedCall(f"Net.{name}", (), {}, result)
            mine.calls.append(call)
            mine.steps.append(Step(call, str, owner=(1, 1), attribute=name))
        return Behaviour(FAILED, mine)

    assert opened(sealed(run(0.3), TEXTS, right=None, others=[]) or [], run(0.4)) == TEXTS
    assert opened(sealed(run(0.3, loads=False), TEXTS, right=None, others=[]) or [], run(0.4, loads=False)) is None


def test_a_mistake_that_rounding_hides_is_not_sealed() -> None:
    """A record that the right numbers fit as well would open for many mistakes: for no noise, and for too little."""
    right = seen((NUMBERS * 1000).astype(np.float32))
    without, little = ((NUMBERS * 1000 + each).astype(np.float32) for each in (1e-3, 2e-3 * NUMBERS))
    assert record_of(without, right=right) is None
    assert opened(record_of(without + 5, right=right), seen(little)) is None


def test_a_digit_more_is_taken_where_the_numbers_are_certain() -> None:
    answer, near = (np.float32(each) for each in (1.2332, 1.2312))
    assert opened(sealed(seen(answer), TEXTS, right=None, others=[]) or [], seen(near)) == TEXTS
    assert opened(sealed(seen(answer), TEXTS, right=None, others=[], certain=True) or [], seen(near)) is None


def test_everything_about_a_run_counts() -> None:
    record = record_of(1.0)
    assert opened(record, Behaviour(FAILED, log(1.0))) == TEXTS
    others = [
        Behaviour(replace(FAILED, case="b"), log(1.0)),
        Behaviour(replace(FAILED, verdict=Verdict.ERRORED), log(1.0)),
        Behaviour(replace(FAILED, mismatch=Mismatch("shape", "1", "2")), log(1.0)),
        Behaviour(FAILED, log(1.0, 1.0)),
        Behaviour(FAILED, log()),
        Behaviour(FAILED, CaseLog([RecordedCall("g", (), {}, 1.0)])),
        Behaviour(FAILED, CaseLog([RecordedCall("f", (), {}, 1.0, changed=("0",), after=(np.ones(2),))])),
    ]
    assert [opened(record, other) for other in others] == [None] * len(others)


def test_calls_that_the_case_no_longer_looked_at_count() -> None:
    def run(first: float, *unread: RecordedCall | BaseException) -> Behaviour:
        mine = log(first)
        mine.add_unread(unread)
        return Behaviour(FAILED, mine)

    made = [RecordedCall("f", (), {}, each) for each in (2.0, 3.0)]
    record = sealed(run(1.0, *made), TEXTS, right=None, others=[]) or []
    assert opened(record, run(1.0, *made)) == TEXTS
    assert opened(record, run(1.0, made[0], made[0])) is None
    assert opened(record, run(1.0, made[0], ValueError(), made[1])) is None
    assert opened(record, seen(1.0)) is None


def test_where_an_object_was_in_memory_does_not_count() -> None:
    ends = [f"line 3, in run\nKeyError: <Node object at 0x{place}>" for place in ("7f1c", "7f2d")]
    one, other = (Behaviour(Outcome("a", Verdict.ERRORED, staff=end), log()) for end in ends)
    assert opened(sealed(one, TEXTS, right=None, others=[]) or [], other) == TEXTS


def test_few_numbers_of_a_large_array_are_named_and_those_that_are_wrong_among_them() -> None:
    right, wrong = NUMBERS, NUMBERS.copy()
    wrong[[17, 170]] += 1
    places = record_of(wrong, right=seen(right))[0][::2]
    assert len(places) <= ENTRIES
    assert {17, 170} & set(places)
    assert len(record_of(*[NUMBERS] * 50)[0]) <= 2 * MAX_ENTRIES


def test_numbers_that_are_not_zero_are_named_among_many_zeros() -> None:
    """An answer that is far too small is not taken for one of nothing but zeros and ones."""
    right, all_or_nothing, too_small = np.zeros(3000), np.zeros(3000), np.zeros(3000)
    right[[70, 900, 2100]] = 0.2, 0.4, 1.0
    all_or_nothing[2100] = 1.0
    too_small[[70, 900, 2100]] = right[[70, 900, 2100]] / 65025
    record = record_of(all_or_nothing.astype(np.float32), right=seen(right.astype(np.float32)))
    assert opened(record, seen(too_small.astype(np.float32))) is None
    assert opened(record, seen(all_or_nothing.astype(np.float32))) == TEXTS


def test_a_record_does_not_open_for_a_mistake_that_differs_in_the_sixth_digit() -> None:
    near = seen(1.10002)
    record = record_of(1.1, others=[near])
    assert opened(record, seen(1.1)) == TEXTS
    assert opened(record, near) is None


def test_two_mistakes_that_cannot_be_told_apart_are_not_sealed() -> None:
    assert record_of(1.0, others=[seen(1.0)]) is None


def test_a_record_does_not_open_for_a_mistake_that_differs_in_one_of_many_numbers() -> None:
    other = NUMBERS.copy()
    other[[i for i in range(300) if i not in record_of(NUMBERS)[0][::2]][7]] += 1
    assert opened(record_of(NUMBERS), seen(other)) == TEXTS
    assert opened(record_of(NUMBERS, others=[seen(other)]), seen(other)) is None


def test_a_record_does_not_show_its_text() -> None:
    sealed_text = json.dumps(record_of(1.0))
    assert "That" not in sealed_text and "바로" not in sealed_text


# --- a course


def sealed_course(root: Path, supervisor: Supervisor, **parts: Any) -> Course:
    """A course on a student's machine: its hints are sealed, and its solutions are gone."""
    course = make(root, **parts)
    hints.write(course.load(), supervisor)
    shutil.rmtree(root / "solutions")
    return course


def shown(course: Course, source: str, supervisor: Supervisor, *, seed: int = 0) -> dict[str, str]:
    [report] = graded(course, source, supervisor=supervisor, official=False, seed=seed)
    return {line.case: line.hint for line in report.outcomes if line.verdict is not Verdict.PASSED}


SQUARED = SOLUTION.replace("2 * x", "np.exp(2 * np.log(x))")
CUBED = {"cubed": 'CAUGHT_BY = ("double_of_any[5]",)\nHINT = "Cubed."\n\n\ndef double(x):\n    return x**2.5\n'}


def test_a_student_reads_the_hint_of_a_known_mistake(tmp_path: Path, supervisor: Supervisor) -> None:
    course = sealed_course(tmp_path, supervisor, mistakes=CUBED)
    assert shown(course, SOLUTION.replace("2 * x", "x * x * np.sqrt(x)"), supervisor) == {"double_of_two": "Cubed."}
    assert shown(course, SOLUTION.replace("2 * x", "x**2.5 + 0.1"), supervisor) == {"double_of_two": ""}


def test_a_mistake_that_passes_leaves_nothing(tmp_path: Path, supervisor: Supervisor) -> None:
    """Twice two is two squared, so the visible case does not see this mistake."""
    course = sealed_course(tmp_path, supervisor)
    assert json.loads((course.folder / FILE).read_text(encoding="utf-8")) == {}


AIMED = CUBED["cubed"].replace('("double_of_any[5]",)', '("double_of_two",)')
ANOTHER = {"another": CUBED["cubed"].replace("Cubed", "Another")}
OF_TOTAL = {"cubed": CUBED["cubed"].replace("(", '("total_of_three", ', 1)}


@pytest.mark.parametrize(
    ("mistakes", "hint"),
    [
        (CUBED | {"again": CUBED["cubed"]}, "Cubed."),
        (CUBED | ANOTHER, ""),
        ({"cubed": AIMED} | ANOTHER, "Cubed."),
        ({"cubed": AIMED, "another": AIMED.replace("Cubed", "Another")}, ""),
        (OF_TOTAL, "Cubed."),
    ],
    ids=["one hint", "two hints", "one of the case", "two of the case", "of another task"],
)
def test_of_mistakes_that_behave_alike_one_is_named_if_its_hint_is_certain(
    tmp_path: Path, supervisor: Supervisor, mistakes: dict[str, str], hint: str
) -> None:
    course = sealed_course(tmp_path, supervisor, mistakes=mistakes)
    assert len(json.loads((course.folder / FILE).read_text(encoding="utf-8")).get("double_of_two", [])) == bool(hint)
    assert shown(course, SOLUTION.replace("2 * x", "x * x * np.sqrt(x)"), supervisor) == {"double_of_two": hint}


def test_a_mistake_of_a_task_that_this_one_uses_is_not_sealed(tmp_path: Path, supervisor: Supervisor) -> None:
    """The report names the task below in its place."""
    course = make(tmp_path, mistakes=OF_TOTAL)
    hints.write(course.load(), supervisor)
    assert "double_of_two" in json.loads((course.folder / FILE).read_text(encoding="utf-8"))
    toml = course.folder / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('id = "double"', 'id = "double"\nuses = ["total"]'))
    hints.write(course.load(), supervisor)
    assert "double_of_two" not in json.loads((course.folder / FILE).read_text(encoding="utf-8"))


def test_a_known_mistake_without_a_record_opens_no_other(tmp_path: Path, supervisor: Supervisor) -> None:
    """A single digit tells too little of the second one, but the first one must not be taken for it."""
    near = {"near": CUBED["cubed"].replace("x**2.5", "np.full(1, 5.0)").replace("Cubed", "Near")}
    far = {"far": AIMED.replace("x**2.5", "np.full(1, 5.0000123)")}
    course = sealed_course(tmp_path, supervisor, mistakes=near | far)
    assert shown(course, SOLUTION.replace("2 * x", "np.full(1, 5.0)"), supervisor) == {"double_of_two": ""}
    assert shown(course, SOLUTION.replace("2 * x", "np.full(1, 5.0000123)"), supervisor) == {"double_of_two": "Cubed."}


def test_a_mistake_that_differs_from_run_to_run_is_not_sealed(tmp_path: Path, supervisor: Supervisor) -> None:
    text = CUBED["cubed"].replace("x**2.5", "x + np.random.default_rng().normal()")
    course = sealed_course(tmp_path, supervisor, mistakes={"random": text})
    assert json.loads((course.folder / FILE).read_text(encoding="utf-8")) == {}


# The last digits of a product depend on the processor, and 60 doublings of the distance make them the first ones.
CHAOTIC = """x + logistic()


def logistic():
    m = np.random.default_rng(0).random(1000)
    y = m @ m % 1
    for _ in range(60):
        y = 4 * y * (1 - y)
    return y"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the older processor is one of these")
def test_a_mistake_that_differs_from_processor_to_processor_is_not_sealed(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    text = CUBED["cubed"].replace("x**2.5", CHAOTIC)
    course = sealed_course(tmp_path, supervisor, mistakes={"chaotic": text})
    assert json.loads((course.folder / FILE).read_text(encoding="utf-8")) == {}


def test_the_hint_is_in_the_language_of_the_run(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path, mistakes=CUBED)
    (course.solution / "ko.toml").write_text('"Cubed." = "세제곱입니다."\n', encoding="utf-8")
    hints.write(course.load(), supervisor)
    shutil.rmtree(tmp_path / "solutions")
    with use_language("ko"):
        assert shown(course, SOLUTION.replace("2 * x", "x**2.5"), supervisor) == {"double_of_two": "세제곱입니다."}


@pytest.mark.parametrize(
    "text", ["{", f'{{"{CASE.id}": [["x"]]}}', f'{{"{CASE.id}": [[[], "a"]]}}', f'{{"{CASE.id}": [[[0], "YQ=="]]}}']
)
def test_a_damaged_file_is_reported(tmp_path: Path, text: str) -> None:
    course = make(tmp_path)
    (course.folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"hints\.json is damaged"):
        SealedHints(course.load()).hint(CASE, FAILED, log(1.0))


# --- the files of this course


QUICK = ("01-dog-wolf", "05-logistic", "09-static-graph", "12-convolution")


def marks(assignment: Assignment) -> list[pytest.MarkDecorator]:
    """CI looks at the others if they have changed."""
    if assignment.slug in QUICK:
        return []
    return [pytest.mark.slow] if audits.has_changed(assignment) else [pytest.mark.slow, pytest.mark.long]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", [pytest.param(each, marks=marks(each), id=each.slug) for each in COURSE])
def test_the_hints_are_those_of_the_known_mistakes(assignment: Assignment, supervisor: Supervisor) -> None:
    """``make hints`` renews the file. Other machines round otherwise, so what the records say is compared.

    Where a training amplifies the last digits, this machine may find a run repeatable that another one did not.
    """
    stored = json.loads((assignment.folder / FILE).read_text(encoding="utf-8"))
    rehearsal = hints.rehearse(assignment, supervisor)
    certain = [made for made in rehearsal.made(hints.CERTAIN) if rehearsal.record(made) is not None]
    lost = [
        f"{made.mistake.id} in {made.case.id}"
        for made in certain
        if made.texts not in [opened(record, made.behaviour) for record in stored.get(made.case.id, [])]
    ]
    assert lost == []
    most = len(rehearsal.made(hints.REPEATABLE * 100))
    assert len(certain) <= sum(map(len, stored.values())) <= most


@pytest.mark.parametrize("assignment", COURSE, ids=[each.slug for each in COURSE])
def test_the_solution_leaves_no_text(assignment: Assignment) -> None:
    """Only the ids of visible cases, which every student has, can be read."""
    stored = json.loads((assignment.folder / FILE).read_text(encoding="utf-8"))
    visible = assignment.visible_cases.read_text(encoding="utf-8")
    assert all(f"def test_{case.partition('[')[0]}(" in visible for case in stored)
    sealed_texts = " ".join(text for records in stored.values() for _, text in records)
    for mistake in solution.mistakes(assignment):
        assert mistake.id not in sealed_texts
        assert not [word for word in mistake.hint.split() if len(word) > 5 and word in sealed_texts]


@pytest.mark.slow
def test_the_readme_shows_what_a_student_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Word for word, from a copy of the course that has no ``solutions/``."""
    for name in ("assignments", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    failing, passing = find_outputs((ROOT / "README.md").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AUTOGRADER_LANG", raising=False)
    for quoted in (failing, passing):
        monkeypatch.setattr("sys.argv", quoted.command.split())
        with pytest.raises(SystemExit):
            main()
        assert missing_lines(quoted.lines, capsys.readouterr().out) == []
