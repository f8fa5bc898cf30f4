"""Tasks that use others: what assignment.toml says, and which failure a report puts down to another task."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import renderings

from autograder.course import assignment as assignments
from autograder.course import solution, uses
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.grading.causes import with_causes
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.model import Audience, GradedCase, Report, Verdict
from autograder.reports import page
from autograder.student.source import ModuleSources
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
COURSE = assignments.load_all(ROOT)


@pytest.mark.parametrize("assignment", COURSE, ids=[each.slug for each in COURSE])
def test_assignment_toml_says_what_the_solution_uses(assignment: Assignment) -> None:
    assert assignment.uses == uses.of_solution(assignment)


def test_a_name_that_is_mentioned_by_way_of_others_is_reached() -> None:
    source = "def a(): return b\ndef b(x: C): pass\nclass C:\n    def m(self): a()\ndef d(): e = 1\ndef e(): pass\n"
    within = uses.mentioned(ast.parse(source).body)
    assert within == {"a": {"b"}, "b": {"C"}, "C": {"a"}, "d": set(), "e": set()}
    assert uses.reached("a", within) == {"b", "C"}
    assert uses.reached("e", within) == set()


USES = {"loss": ("sigmoid",), "fit": ("loss",)}
SOURCE = "def sigmoid(z): pass\ndef loss(z): return sigmoid(z)\ndef fit(z): return loss(z)\n"


def causes(*outcomes: tuple[str, Verdict], source: str = SOURCE) -> dict[str, str]:
    """The cause that is named in each of these cases, one for each pair of a task and a verdict."""
    lines = [
        GradedCase(f"{task}_{i}", task, "", points=1.0, earned=0.0, verdict=verdict, visible=True, hint="its own")
        for i, (task, verdict) in enumerate(outcomes)
    ]
    modules = ModuleSources("m", {"m": ("m.py", source.encode())})
    found = with_causes(lines, USES, modules)
    assert all((line.hint == "its own") is (line.because == "") for line in found)
    return {line.case: line.because for line in found}


def test_the_first_of_the_failing_tasks_is_named() -> None:
    found = causes(("sigmoid", Verdict.FAILED), ("loss", Verdict.ERRORED), ("fit", Verdict.TIMED_OUT))
    assert found == {"sigmoid_0": "", "loss_1": "sigmoid", "fit_2": "sigmoid"}


def test_a_task_that_is_not_attempted_is_a_cause_but_has_none() -> None:
    assert causes(("sigmoid", Verdict.NOT_ATTEMPTED), ("loss", Verdict.FAILED))["loss_1"] == "sigmoid"
    assert causes(("sigmoid", Verdict.FAILED), ("loss", Verdict.NOT_ATTEMPTED))["loss_1"] == ""


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.SKIPPED, Verdict.GRADER_ERROR])
def test_only_what_fails_is_a_cause(verdict: Verdict) -> None:
    assert causes(("sigmoid", verdict), ("loss", Verdict.FAILED))["loss_1"] == ""


def test_a_function_that_is_written_without_the_other_has_another_cause() -> None:
    alone = "def sigmoid(z): pass\ndef loss(z): return 1 / z\n"
    assert causes(("sigmoid", Verdict.FAILED), ("loss", Verdict.FAILED), source=alone)["loss_1"] == ""


def test_a_class_that_no_task_is_named_after_belongs_to_the_task_of_its_cases() -> None:
    assert uses.owners(assignments.load("14-capstone", root=ROOT)) == {"Adam": "SGD"}


def test_a_task_is_reached_by_any_of_its_names() -> None:
    modules = ModuleSources("m", {"m": ("m.py", b"class Adam: pass\ndef fit(z): return Adam()\n")})
    lines = [
        GradedCase(task, task, "", points=1.0, earned=0.0, verdict=Verdict.FAILED, visible=True)
        for task in ("SGD", "fit")
    ]
    found = with_causes(lines, {"fit": ("SGD",)}, modules, lambda: {"Adam": "SGD"})
    assert [line.because for line in found] == ["", "SGD"]


def graded(slug: str, added: str, supervisor: Supervisor, **options: Any) -> Report:
    """Grade the solution with other definitions behind it."""
    assignment = assignments.load(slug, root=ROOT)
    modules = solution.modules(assignment)
    main = assignment.modules[0]
    modules[main] += b"\n\n" + added.encode()
    origins = {module: f"{module}.py" for module in modules}
    submission = Submission("it", None, "0" * 64, files={}, modules=modules, origins=origins, notes=())
    run = RunOptions(seed=5, device="cpu", **options)
    return grade_one(assignment, submission, run=run, supervisor=supervisor)


def test_a_report_names_the_task_to_fix_first(supervisor: Supervisor) -> None:
    report = graded("05-logistic", "def sigmoid(z):\n    return 0.9 / (1.0 + np.exp(-z))\n", supervisor)
    found = {line.case: line for line in report.outcomes}
    assert found["slope_at_zero_is_one_quarter"].because == "sigmoid"
    assert found["logit_gradient_by_hand"].hint == (
        "Your bce_with_logits_backward uses sigmoid, which fails as well. Fix sigmoid first."
    )
    assert {line.because for line in report.outcomes if line.task in ("sigmoid", "bce", "sgd_step")} == {""}


# An earlier task with a slip, and the later tasks that keep all their points in spite of it.
KEPT = {
    "04-five-rewrites": (
        "def step_manual(x, y, w, lr):\n    return w + lr, 1.0\n",
        ("step_autograd", "step_functional", "fit_optimizer"),
        frozenset(),
    ),
    "10-xor": (
        "def forward(params, X):\n    return {}\n",
        ("backward",),
        frozenset(),
    ),
    "13-cnn": (
        "class CNN(nn.Module):\n    def forward(self, x):\n        return x\n",
        ("train", "accuracy"),
        frozenset({"digits_are_recognised"}),  # the whole of the assignment, which no right part earns alone
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("slug", [pytest.param(slug, marks=[pytest.mark.long] * (slug == "10-xor")) for slug in KEPT])
def test_later_tasks_keep_their_points(slug: str, supervisor: Supervisor) -> None:
    added, tasks, without = KEPT[slug]
    report = graded(slug, added, supervisor, official=True, without=without)
    lost = {line.case: (line.verdict, line.message) for line in report.outcomes if line.earned < line.points}
    assert {line.task for line in report.outcomes if line.case in lost}.isdisjoint(tasks), lost
    assert lost


def test_students_see_the_task_to_fix_first_in_place_of_the_numbers(supervisor: Supervisor) -> None:
    report = graded("05-logistic", "def sigmoid(z):\n    return 0.9 / (1.0 + np.exp(-z))\n", supervisor)
    only = next(line for line in report.outcomes if line.case == "logit_gradient_by_hand")
    sentence, number = "which fails as well. Fix sigmoid first.", "-0.25"
    shown = replace(report, outcomes=(only,))
    for audience, has_numbers in ((Audience.STUDENT, False), (Audience.STAFF, True)):
        for text in (renderings.on_terminal(shown, audience, width=200), page.html(shown, audience=audience)):
            assert sentence in text
            assert (number in text) is has_numbers
