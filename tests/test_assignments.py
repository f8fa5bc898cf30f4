"""Every assignment of the course, whole: solution, stub, known mistakes, alternatives.

A case must fail on the stub, pass on the solution and on every right answer written differently, and catch the
mistakes that name it; a mistake must earn its hint. The known mistakes of most assignments are left to the audit
(``audits.py``), which grades each of them on the cases that it names.
"""

from __future__ import annotations

import ast
import gc
from pathlib import Path

import pytest
from colab import colab
from conftest import COSTLY

from autograder.course import assignment as assignments
from autograder.course import solution, stubs
from autograder.course import submission as submissions
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.grading.collected_cases import CollectedCases, collect_cases
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Outcome, Report, Verdict
from autograder.student.case_run import CaseRun

ROOT = Path(__file__).parents[1]
COURSE = assignments.load_all(ROOT)
every_assignment = pytest.mark.parametrize("assignment", COURSE, ids=[each.slug for each in COURSE])


def handed_in(name: str, modules: dict[str, bytes]) -> Submission:
    """A submission of these modules."""
    origins = {module: f"{module}.py" for module in modules}
    return Submission(name, None, "0" * 64, files={}, modules=modules, origins=origins, notes=())


def graded(
    assignment: Assignment, handed: list[Submission], supervisor, *, seed: int = 5, whole: bool = False
) -> dict[str, Report]:
    """Grade all of them officially in one session; return the reports by name. Costly cases only if ``whole``."""
    reports: list[Report] = []
    without = frozenset() if whole else COSTLY.get(assignment.slug, frozenset())
    run = RunOptions(official=True, seed=seed, device="cpu", without=without)
    grade(assignment, handed, reports.append, run=run, supervisor=supervisor)
    return {report.submission.student or "": report for report in reports}


def lost(report: Report) -> list[str]:
    """What did not earn its points, for a failing test's message."""
    return [
        f"{line.case}: {line.verdict} {line.message} {line.mismatch}"
        for line in report.outcomes
        if line.earned < line.points or (not line.points and line.verdict is not Verdict.PASSED)
    ]


@every_assignment
def test_stub_is_what_the_solution_generates(assignment: Assignment) -> None:
    assert stubs.stale(assignment) == []


@every_assignment
def test_there_are_enough_right_and_wrong_answers(assignment: Assignment) -> None:
    assert len(solution.alternatives(assignment)) >= 3
    assert len(solution.mistakes(assignment)) >= 6


@pytest.mark.slow
@every_assignment
def test_right_answers_earn_everything_and_the_stub_nothing(assignment: Assignment, supervisor, tmp_path: Path) -> None:
    """In one session, because the proof of the cases on the solution takes as long as grading an answer."""
    notebook = tmp_path / "Untitled0.ipynb"
    notebook.write_bytes(colab(solution.modules(assignment)[assignment.modules[0]]))
    handed = [
        submissions.open(assignment.folder, assignment, student="stub"),
        submissions.open(notebook, assignment, student="notebook"),
        handed_in("solution", solution.modules(assignment)),
        *(handed_in(each.id, each.modules) for each in solution.alternatives(assignment)),
    ]
    reports = graded(assignment, handed, supervisor)

    stub = reports.pop("stub")
    assert stub.score.earned == 0
    assert {line.verdict for line in stub.outcomes} <= {Verdict.NOT_ATTEMPTED, Verdict.SKIPPED}
    assert {name: lost(report) for name, report in reports.items() if lost(report)} == {}
    assert {report.score.earned for report in reports.values()} == {stub.score.possible}


def junk(assignment: Assignment, body: str) -> dict[str, bytes]:
    """A submission in which every function and every method is ``body``."""
    lines = ["import numpy as np"]
    for node in ast.parse(assignment.stub(assignment.modules[0]).read_bytes()).body:
        if isinstance(node, ast.FunctionDef):
            lines += [f"def {node.name}(*a, **k):", f"    {body}"]
        elif isinstance(node, ast.ClassDef):
            methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)} - {"__init__"}
            lines += [f"class {node.name}:", "    def __init__(self, *a, **k):", "        pass"]
            for name in sorted(methods | {"__call__"}):
                lines += [f"    def {name}(self, *a, **k):", f"        {body}"]
    return {assignment.modules[0]: "\n".join(lines).encode()}


@pytest.mark.slow
@every_assignment
def test_junk_earns_nothing(assignment: Assignment, supervisor) -> None:
    bodies = {
        "none": "return None",
        "the first argument": "return a[0] if a else None",
        "zero": "return 0.0",
        "zeros": "return np.zeros_like(a[0]) if a and hasattr(a[0], 'shape') else 0",
        "nan": "return float('nan')",
        "nan everywhere": "return a[0] * float('nan')",
        "nan in the argument too": "a[0][...] = float('nan'); return a[0] * 1.0",
        "infinities": "return a[0] * 0.0 + float('inf')",
        "nothing of the array": "return a[0][:0] * 1.0",
        "an object": "return object()",
        "an empty list": "return []",
        "raises": "raise ValueError('no')",
    }
    earned: dict[str, list[str]] = {}
    broken: list[Outcome] = []

    def work(bench: CollectedCases) -> None:  # not graded: to look for the mistake behind each failure takes minutes
        for name, body in bodies.items():
            outcomes = [outcome for _, outcome, _ in bench.run(junk(assignment, body), bench.plan)]
            earned[name] = [outcome.case for outcome in outcomes if outcome.credit]
            broken.extend(outcome for outcome in outcomes if outcome.verdict is Verdict.GRADER_ERROR)

    run = RunOptions(official=True, seed=5, device="cpu", without=COSTLY.get(assignment.slug, frozenset()))
    collect_cases(assignment, work, run=run, supervisor=supervisor)
    assert earned == {name: [] for name in bodies}
    assert broken == []


ZEROING = b"""

import types as _types

def _zero(x):
    if isinstance(x, dict):
        return any([_zero(item) for item in x.values()])
    if isinstance(x, (list, tuple)):
        return any([_zero(item) for item in x])
    if type(x).__name__ == "Tensor":
        x.data.zero_()
    elif type(x).__name__ == "ndarray" and x.dtype.kind in "fiub":
        x[...] = 0
    else:
        return False
    return True

def _zeroing(function):
    def zeroed(*args, **kwargs):
        if any([_zero(arg) for arg in (*args, *kwargs.values())]):
            print("ZEROED")
        return function(*args, **kwargs)
    return zeroed

for _name, _value in list(globals().items()):
    if isinstance(_value, _types.FunctionType) and not _name.startswith("_") and _value.__module__ == __name__:
        globals()[_name] = _zeroing(_value)
"""


@pytest.mark.slow
@every_assignment
def test_no_case_compares_with_what_the_submission_could_change(assignment: Assignment, supervisor) -> None:
    """The answers for zeros earn nothing, also where the case itself has handed out its arrays."""
    if assignment.needs_torch:
        pytest.skip(
            "some cases of torch assignments judge shapes, steps, or a training against itself, and hold for zeros, too"
        )
    modules = solution.modules(assignment)
    main = assignment.modules[0]
    handed = handed_in("zeroing", {**modules, main: modules[main] + ZEROING})
    report = graded(assignment, [handed], supervisor)["zeroing"]
    passed = [line.case for line in report.outcomes if line.earned and "ZEROED" in line.output]
    assert [case for case in passed if "refuses" not in case and "is_refused" not in case] == []


NAN = {  # put behind the solution: answers without content, and the cases that they could fool
    "05-logistic": (
        """
class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        return []
    def predict_proba(self, X):
        X[...] = np.nan
        return np.full((len(X), 1), np.nan)
def sigmoid(z):
    return np.zeros(0)
""",
        ("probabilities_of_new_rows", "sigmoid_is_symmetric"),
    ),
    "06-softmax": (
        """
def cross_entropy_bits(p, q):
    return float(-np.sum(p * np.log2(p))) if np.array_equal(p, q) else np.inf
""",
        ("no_belief_beats_the_truth",),
    ),
    "07-data": (
        """
def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    return iter(np.array_split(np.full(n, np.nan), -(-n // batch_size)))
""",
        ("every_epoch_has_a_new_order",),
    ),
    "08-activations-and-depth": (
        """
def tanh(z):
    return z * np.nan
sigmoid = piecewise_linear = unit_step = sign = tanh
class NeuralNetwork(NeuralNetwork):
    def __init__(self):
        super().__init__()
        for parameter in self.parameters():
            nn.init.constant_(parameter, float("nan"))
""",
        ("relations", "arguments_stay", "layers_are_in_deep_nn"),
    ),
    "10-xor": (
        """
def init_params(hidden, rng):
    nan = np.full((2, hidden), np.nan)
    return {"w1": nan, "b1": nan[0], "w2": nan[:1].T, "b2": nan[0, :1]}
_right = backward
def backward(params, X, Y, cache):
    return {**init_params(2, None), "b2": _right(params, X, Y, cache)["b2"]}
""",
        ("generator_decides", "every_row_three_times"),
    ),
    "11-mnist-linear": (
        """
def make_model():
    model = nn.Linear(784, 10)
    nn.init.constant_(model.weight, float("nan"))
    nn.init.constant_(model.bias, float("nan"))
    return model
def train(model, loader, epochs, lr):
    return [2.0 for _ in range(epochs) for x, y in loader if model(x.flatten(start_dim=1) * float("nan")) is not None]
""",
        ("model_has_7850_parameters", "every_model_is_a_new_one", "every_epoch_asks_the_loader_anew"),
    ),
    "12-convolution": (
        """
_right = conv2d
def conv2d(x, w, b=None, stride=1, padding=0):
    return _right(x, w, b, stride, padding) + np.inf
""",
        ("convolution_leaves_its_arguments_alone", "convolution_is_linear_and_moves_with_the_image"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("slug", NAN)
def test_answers_that_are_not_finite_or_empty_earn_nothing(slug: str, supervisor) -> None:
    """Where both sides of a comparison come from the submission, or a condition is true of nan or of nothing."""
    assignment = assignments.load(slug, root=ROOT)
    source, cases = NAN[slug]
    modules = solution.modules(assignment)
    main = assignment.modules[0]
    report = graded(assignment, [handed_in("empty", {**modules, main: modules[main] + source.encode()})], supervisor)
    assert {line.case: line.earned for line in report["empty"].outcomes if line.case in cases} == dict.fromkeys(
        cases, 0.0
    )


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["01-dog-wolf", "05-logistic"])
def test_each_mistake_is_caught_where_it_says_and_earns_its_hint(slug: str, supervisor) -> None:
    assignment = assignments.load(slug, root=ROOT)
    found = solution.mistakes(assignment)
    reports = graded(assignment, [handed_in(each.id, each.modules) for each in found], supervisor)

    wrong = {}
    for mistake in found:
        lines = {line.case: line for line in reports[mistake.id].outcomes}
        passed = [case for case in mistake.caught_by if lines[case].verdict is Verdict.PASSED]
        shown = {case: lines[case].hint for case in mistake.caught_by if not lines[case].because}
        unhinted = [case for case, hint in shown.items() if hint and mistake.hint not in hint]
        named = any(mistake.hint in hint for hint in shown.values())
        if passed or unhinted or not named:
            wrong[mistake.id] = {"passed": passed, "other hint": {case: lines[case].hint for case in unhinted}}
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("slug", COSTLY)
def test_right_answers_earn_every_point_with_the_costly_cases(slug: str, supervisor) -> None:
    """The quick test grades the other assignments whole; the audit of an assignment that changed has these cases."""
    assignment = assignments.load(slug, root=ROOT)
    handed = [
        submissions.open(assignment.folder, assignment, student="stub"),
        handed_in("solution", solution.modules(assignment)),
        *(handed_in(each.id, each.modules) for each in solution.alternatives(assignment)),
    ]
    reports = graded(assignment, handed, supervisor, whole=True)
    assert reports.pop("stub").score.earned == 0
    assert {name: report.score.earned for name, report in reports.items()} == dict.fromkeys(reports, assignment.points)


@pytest.mark.long
@every_assignment
def test_no_alternative_loses_a_point_over_10_seeds(assignment: Assignment, supervisor) -> None:
    """The audit of an assignment that changed grades them with 5 seeds, those of ``make check-all`` with 200."""
    handed = [handed_in(each.id, each.modules) for each in solution.alternatives(assignment)]
    alarms = []
    for seed in range(10):
        reports = graded(assignment, handed, supervisor, seed=seed)
        alarms += [(seed, name, lost(report)) for name, report in reports.items() if lost(report)]
    assert alarms == []


@pytest.mark.slow
def test_graded_cases_are_freed_with_the_objects_that_they_kept(supervisor) -> None:
    """A class of 300 would otherwise fill the memory: 1 MB stayed behind for every case of a torch assignment."""
    assignment = assignments.load("04-five-rewrites", root=ROOT)
    before = case_runs()  # of earlier tests in this process
    graded(assignment, [handed_in("solution", solution.modules(assignment))], supervisor)
    gc.collect()
    left = [each for each in case_runs() if not any(each is old for old in before)]
    # The last exception of the process may hold a case or two; 42 stayed behind when the objects held their cases.
    assert len(left) < 10


def case_runs() -> list[CaseRun]:
    return [each for each in gc.get_objects() if type(each) is CaseRun]
