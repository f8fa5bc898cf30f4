"""The code in a report that repeats the failing call: next to the student's file, it prints what the report shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, no_type_check

import numpy as np
import pytest
from conftest import Load
from tiny_course import handed_in

from autograder.course import assignment as assignments
from autograder.course import solution as solutions
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.model import Audience, Verdict
from autograder.reports import case_lines
from autograder.student import recipes
from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode, inside
from autograder.student.snippet import printed, snippet
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUGS = sorted(path.name for path in (ROOT / "assignments").iterdir() if (path / "assignment.toml").is_file())
QUICK = ("01", "05", "09", "12")

# The visible cases whose call is not written; their reports show the line of the case and how to debug it.
BIG = "more than 80 numbers, as drawn or taken from a data set"
MANY = "it is not known which of several calls is wrong"
NOT_WRITTEN = {
    "01-dog-wolf": {"loss_falls_at_every_step": BIG},
    "05-logistic": {"answers_are_zero_and_one": MANY},
    "07-data": {"the_digits_of_the_course": BIG, "one_channel": BIG},
    "08-activations-and-depth": {
        "slopes_of_straight_lines": MANY, "one_generator_gives_one_set_of_points": MANY, "a_loss_before_each_step": BIG,
    },
    "10-xor": {"lines_between_the_corners": MANY},
    "11-mnist-linear": {"cost_of_knowing_nothing": BIG},
    "13-cnn": {
        "logits_are_plain_scores": BIG, "channels_with_and_without_ink": BIG, "shapes_on_the_way": BIG,
        "cost_of_knowing_nothing": BIG, "accuracy_of_a_model_that_always_says_seven": BIG,
        "every_image_counts_the_same": BIG, "measuring_leaves_the_model_alone": BIG,
    },
    "14-capstone": {"slopes_of_a_small_convolution": BIG, "zeros_and_ones": BIG},
}  # fmt: skip

# Appended to a right answer: every function and method returns something wrong of the right type and shape.
SPOIL = """

def _spoilt(value):
    kind = type(value)
    if kind in (list, tuple):
        return kind(_spoilt(each) for each in value)
    if kind is dict:
        return {key: _spoilt(each) for key, each in value.items()}
    if kind is int:
        return value + 3
    if kind.__module__ not in ("builtins", "numpy", "torch") or kind in (str, bool, type(None)):
        return value
    if kind is float or kind.__name__ == "float64":
        return value * 1.5 + 0.25
    if kind.__name__ not in ("ndarray", "Tensor"):
        return value
    is_float = value.dtype.kind == "f" if kind.__name__ == "ndarray" else value.is_floating_point()
    return value * 1.5 + 0.25 if is_float else value + value


def _spoil(function):
    return lambda *args, **kwargs: _spoilt(function(*args, **kwargs))


for _name, _value in list(globals().items()):
    if getattr(_value, "__module__", "") != __name__ or _name.startswith("_"):
        continue
    if type(_value) is type(_spoil):
        globals()[_name] = _spoil(_value)
    elif isinstance(_value, type):
        for _method, _function in list(vars(_value).items()):
            if type(_function) is type(_spoil) and not _method.startswith("_"):
                setattr(_value, _method, _spoil(_function))
"""

# Runs each snippet in a process of its own, which has imported nothing of the submission.
RUN_EACH = """
import json, os, sys, numpy
if sys.argv[1:]:
    import torch
sys.path.insert(0, "")
for code in json.load(sys.stdin):
    sys.stdout.flush()
    if (pid := os.fork()) == 0:
        try:
            exec(compile(code, "snippet", "exec"), {"__name__": "__main__"})
        except Exception as exc:
            print(f"raises {type(exc).__name__}: {exc}")
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)
    print("-----", flush=True)
"""


def fresh_outputs(folder: Path, snippets: list[str], *, torch: bool) -> list[str]:
    """Run each snippet next to the files in ``folder``, without the grader; return what each printed."""
    command = [sys.executable, "-I", "-c", RUN_EACH, *(["torch"] if torch else [])]
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(snippets), capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.split("-----\n")[:-1]


def announced(code: str) -> str:
    """Return what a snippet says that it prints, or "" if it does not say so."""
    comments = [line.removeprefix("# ") for line in code.splitlines() if line.startswith("# ")]
    text = "\n".join(comments).partition("\nwant: ")[0]
    return re.sub(r"(?m)^(got: |     )", "", text)


def plain(text: str) -> str:
    """Return a printed value without what autograd adds to a tensor, and without the space that this takes."""
    return "".join(re.sub(r",\s*(grad_fn=<\w+>|requires_grad=True)", "", text).split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "slug", [slug if slug.startswith(QUICK) else pytest.param(slug, marks=pytest.mark.slow) for slug in SLUGS]
)
def test_a_snippet_prints_what_the_report_shows(slug: str, supervisor: Supervisor, tmp_path: Path) -> None:
    assignment = assignments.load(slug, root=ROOT)
    modules = {name: code + SPOIL.encode() for name, code in solutions.modules(assignment).items()}
    submission = replace(handed_in({name: "" for name in modules}), modules=modules)
    run = RunOptions(seed=0, device="cpu")
    report = grade_one(replace(assignment, solution=None), submission, run=run, supervisor=supervisor)
    failed = [case for case in report.outcomes if case.verdict in (Verdict.FAILED, Verdict.ERRORED)]
    written = [case for case in failed if case.snippet]
    assert {case.case for case in failed} - {case.case for case in written} == NOT_WRITTEN.get(slug, {}).keys()
    for case in failed:
        assert case.source and case.source.file == "test_visible.py"
        if not case.snippet:
            alone = replace(case, because="")  # or another task is to be fixed first, and the report says only that
            fields = dict(case_lines.case_fields(alone, report, Audience.STUDENT))
            assert fields["line"].startswith(f"test_visible.py, line {case.source.line}: ")
            assert fields["debug"] == f"autograder debug {slug} {case.case}"
    for name, code in modules.items():
        (tmp_path / f"{name}.py").write_bytes(code)
    outputs = fresh_outputs(
        tmp_path, [case.snippet for case in written], torch=any(b"torch" in code for code in modules.values())
    )
    got = {case.case: plain(output) for case, output in zip(written, outputs, strict=True)}
    want = {case.case: plain(announced(case.snippet)) or got[case.case] for case in written}
    assert got == want
    assert "autograder" not in "".join(case.snippet for case in written)


# --- how a call is written


def written(student: StudentCode, *, seed: int = 0, comments: tuple[str, ...] = ()) -> str:
    """Return the code for the last step of a case."""
    run = student._autograder_run
    return snippet(run.log, run.log.steps[-1], run.source, seed=seed, comments=comments)


def test_arrays_get_lines_of_their_own_and_numbers_do_not(load: Load) -> None:
    student = load("def f(*args, **named): return 0\n")
    student.f(np.array([1.5, -2.0]), 3, "text", lr=0.1)
    assert written(student, comments=("got: 0",)) == (
        "import numpy as np\nfrom answer import f\n\n"
        "x = np.array([1.5, -2.0])\nprint(f(x, 3, 'text', lr=0.1))\n# got: 0"
    )


def test_a_dtype_is_written_where_it_is_not_the_usual_one(load: Load) -> None:
    torch = pytest.importorskip("torch")
    student = load("def f(*args): return 0\n", torch=True)
    for value, code in (
        (np.array([0.1, 0.2], np.float32), "np.array([0.1, 0.2], dtype=np.float32)"),
        (np.array([1, 2], np.uint8), "np.array([1, 2], dtype=np.uint8)"),
        (np.array([np.nan, -np.inf]), "np.array([np.nan, -np.inf])"),
        (np.ones((3, 4)), "np.full((3, 4), 1.0)"),
        (np.zeros((0, 2), int), "np.full((0, 2), 0)"),
        (torch.tensor([0.1, 0.2]), "torch.tensor([0.1, 0.2])"),
        (torch.tensor([1.0, 2.0], dtype=torch.float64), "torch.tensor([1.0, 2.0], dtype=torch.float64)"),
        (torch.tensor([1.0, 2.0], requires_grad=True), "torch.tensor([1.0, 2.0], requires_grad=True)"),
    ):
        student.f(value)
        assert f"\nx = {code}\n" in written(student)


def test_a_large_array_with_few_entries_is_written_by_its_entries(load: Load) -> None:
    image = np.zeros((28, 28))
    image[3, 7] = 0.5
    student = load("def f(x): return 0\n")
    student.f(image)
    assert "x = np.full((28, 28), 0.0)\nx[3, 7] = 0.5\nprint(f(x))" in written(student)


def test_a_large_array_with_few_constant_parts_is_written_by_its_parts(load: Load) -> None:
    torch = pytest.importorskip("torch")
    student = load("def f(x): return 0\n", torch=True)
    student.f(np.array([7] * 90 + [1] * 20))
    assert "x = np.full((110,), 7)\nx[90:] = 1\nprint(f(x))" in written(student)
    student.f(torch.tensor([1, 51, 102], dtype=torch.uint8)[:, None, None].repeat(1, 28, 28))
    code = "x = torch.full((3, 28, 28), 1, dtype=torch.uint8)\nx[1:] = 51\nx[2:] = 102\nprint(f(x))"
    assert code in written(student)


def test_what_is_too_large_is_not_written(load: Load) -> None:
    torch = pytest.importorskip("torch")
    student = load("def f(*args): return 0\n", torch=True)
    mixed = np.array([[1.0, 1.0]] * 50 + [[1.0, 2.0]] * 50)
    gradient = torch.cat([torch.ones(90), torch.zeros(9)]).requires_grad_()
    for argument in (np.arange(81.0), list(range(81)), mixed, np.arange(9).repeat(50), gradient):
        student.f(argument)
        assert written(student) == ""


def half(z):
    """Return half of z."""
    return np.divide(z, 2.0)


def helped(z):
    return half(z)


@no_type_check
def decorated(z):
    return z


def test_a_function_of_the_case_is_written_with_its_source(load: Load) -> None:
    student = load("def f(g, x): return g(x)\ndef half(g): return g(2.0)\n")
    student.f(half, 3.0)
    assert written(student) == (
        "import numpy as np\nfrom answer import f\n\n"
        'def half(z):\n    """Return half of z."""\n    return np.divide(z, 2.0)\nprint(f(half, 3.0))'
    )
    student.half(half)
    assert written(student).endswith("\nprint(half(half2))")


def test_a_lambda_of_the_case_is_written_in_the_call(load: Load) -> None:
    student = load("def f(g, x): return g(x)\n")
    student.f(lambda z: np.maximum(z, 0.0), 3.0)
    assert written(student).splitlines()[0] == "import numpy as np"
    assert written(student).endswith("print(f(lambda z: np.maximum(z, 0.0), 3.0))")


def test_a_function_that_needs_more_of_the_case_is_not_written(load: Load) -> None:
    student, factor = load("def f(*functions): return 0\n"), 3.0
    made: dict[str, Any] = {}
    exec("def g(z): return z", made)  # its source is nowhere
    for functions in (
        [abs],
        [helped],
        [lambda z: factor * z],
        [lambda z: z, lambda z: -z],
        [np.vectorize(half)],
        [decorated],
        [made["g"]],
    ):
        student.f(*functions[:1])
        assert written(student) == "", functions


def test_arguments_of_recipes_are_built_by_ordinary_code(load: Load) -> None:
    torch = pytest.importorskip("torch")
    student = load("def f(x, model=None): return x\ndef g(x): return 0\n", torch=True)
    x = torch.tensor([[1.0, 2.0]])
    student.f(recipes.strided(x), recipes.poisoned(recipes.linear(torch.ones(1, 2)), 3.0))
    space: dict[str, Any] = {"f": lambda *arguments: arguments}
    exec(written(student).replace("from answer import f", "").replace("print(", "got = ("), space)
    strided, model = space["got"]
    assert torch.equal(strided, x) and not strided.is_contiguous()
    assert [parameter.grad.tolist() for parameter in model.parameters()] == [[[3.0, 3.0]]]
    student.f(recipes.on_device(x, "cpu"))
    assert "x = torch.tensor([[1.0, 2.0]])\nprint(f(x))" in written(student)
    student.g(recipes.on_device(x, "meta"))
    assert written(student) == ""


def test_an_object_is_made_by_the_calls_that_it_took_part_in(load: Load) -> None:
    source = (
        "class NetModel:\n    w = 0\n    def fit(self, x): self.w = x\n    def predict(self, x): return self.w * x\n"
    )
    student = load(source + "def other(): return 1\n")
    model, _ = student.NetModel(), student.NetModel()
    student.other()
    x = np.array([2.0, 3.0])
    model.fit(x)
    model.predict(x)
    assert written(student).splitlines()[3:] == [
        "net_model = NetModel()",
        "x = np.array([2.0, 3.0])",
        "net_model.fit(x)",
        "print(net_model.predict(x))",
    ]


def test_an_argument_that_a_call_changed_is_written_again(load: Load) -> None:
    source = "class A:\n    def fit(self, x): x += 1\n    def f(self, x): return x\n"
    student = load(source)
    a, x = student.A(), np.array([2.0, 3.0])
    a.fit(x.copy())
    a.f(x)
    assert "x2 = np.array([2.0, 3.0])" in written(student)


def test_code_that_draws_starts_with_the_seed_of_the_case(load: Load) -> None:
    student = load("import numpy as np\ndef f(n): return np.random.normal(size=n)\n")
    want = student.f(2)
    code = written(student, seed=student._autograder_run.seed)
    space: dict[str, Any] = {"f": lambda n: np.random.normal(size=n)}
    exec(code.replace("from answer import f", "").replace("print(f(2))", "got = f(2)"), space)
    assert space["got"].tolist() == want.tolist()


def test_operators_and_functions_of_the_case_are_written(load: Load) -> None:
    source = "class T:\n    def __init__(self, v): self.v = v\n    def __mul__(self, o): return T(self.v * o.v)\n"
    student = load(source)

    def total(a):
        return a.v + 1

    inside(student, total)(student.T(2.0) * student.T(3.0))
    assert written(student).splitlines()[3:] == [
        "def function(a):",
        "    return a.v + 1",
        "t = T(2.0)",
        "t2 = T(3.0)",
        "t3 = t * t2",
        "print(function(t3))",
    ]


def test_a_notebook_is_not_imported(supervisor: Supervisor, tmp_path: Path) -> None:
    sources = ModuleSources("answer", {"answer": ("a.ipynb", b"def f(x): return x\n")}, notebooks=frozenset({"answer"}))
    connection = Connection(sources, supervisor, WorkerSpec(Limits(), torch=False, packages=None), seed=0)
    run = CaseRun(connection, CaseSettings("case"))
    try:
        student = StudentCode(run)
        student.f(1)
        assert written(student) == "print(f(1))"
    finally:
        run.close()


def test_a_long_result_is_not_printed_in_the_report() -> None:
    assert printed(np.zeros(81)) == []
    assert printed("a\n" * 9) == []
    assert printed(np.array([1.0, 2.0])) == ["[1. 2.]"]
