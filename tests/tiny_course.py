"""A course of one small assignment, written into a folder: the playground of the tests of grading.

``double`` and ``total`` are its two tasks, worth 20 points. Every part can be replaced by a few lines of source, so
that a test shows what it is about and nothing else.
"""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import GradedCase, Report, SandboxInfo
from autograder.student import selftest
from autograder.workers.supervisor import Supervisor

SLUG = "01-tiny"

STUB = '''
"""A tiny assignment."""

import numpy as np


def double(x: np.ndarray) -> np.ndarray:
    """Twice x."""
    raise NotImplementedError("Task 1: double")


def total(x: np.ndarray) -> float:
    """The sum of x."""
    raise NotImplementedError("Task 2: total")
'''

SOLUTION = """
import numpy as np


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))
"""

VISIBLE = '''
@task("double", points=6)
def test_double_of_two(student):
    """Twice two is four."""
    assert_close(student.double(np.array([2.0])), np.array([4.0]))


@task("total", points=3, hint="Add up all entries.")
def test_total_of_three(student):
    """One, two and three are six."""
    assert_close(student.total(np.array([1.0, 2.0, 3.0])), 6.0)
'''

HIDDEN = '''
@task("double", points=6)
@pytest.mark.parametrize("size", [1, 5, 9])
def test_double_of_any(student, reference, rng, size):
    """Any array is doubled."""
    x = rng.normal(size=size)
    assert_close(student.double(x.copy()), reference.double(x))


@task("total", points=5, needs=("total_of_three",))
def test_total_of_any(student, reference, rng):
    """Any array is added up."""
    x = rng.normal(size=7)
    assert_close(student.total(x.copy()), reference.total(x))
'''

MISTAKES = {
    "squared": """
CAUGHT_BY = ("double_of_any[5]",)
HINT = "Squaring is not doubling."


def double(x):
    return x**2
""",
}

ALTERNATIVES = {"added": "def double(x):\n    return x + x\n"}

TASKS = {"double": 12.0, "total": 8.0}

# What every case file of a real course begins with; a test shows only the cases.
HEAD = (
    "import numpy as np\nimport pytest\n\nfrom autograder import CaseFailed, assert_close, assert_pure, require, task\n"
)


@dataclass(frozen=True)
class Course:
    """A course folder on disk."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / SLUG

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / SLUG

    def load(self) -> Assignment:
        return assignments.load(SLUG, root=self.root)


def make(
    root: Path,
    *,
    visible: str = VISIBLE,
    hidden: str | None = HIDDEN,
    solution: str | None = SOLUTION,
    stub: str = STUB,
    mistakes: Mapping[str, str] = MISTAKES,
    tasks: Mapping[str, float] = TASKS,
    modules: tuple[str, ...] = ("tiny",),
    limits: str = "",
    data: str = "",
) -> Course:
    """Write the course into ``root``; ``solution=None`` leaves out all that students do not have."""
    course = Course(root)
    write(course.folder / "assignment.toml", _toml(tasks, modules, limits, data))
    write(course.folder / "tiny.py", stub)
    write(course.folder / "test_visible.py", HEAD + textwrap.dedent(visible))
    if solution is not None:
        write(course.solution / "tiny.py", solution)
        if hidden is not None:
            write(course.solution / "test_hidden.py", HEAD + textwrap.dedent(hidden))
        for folder, overlays in (("mistakes", mistakes), ("alternatives", ALTERNATIVES)):
            for name, source in overlays.items():
                write(course.solution / folder / f"{name}.py", source)
    return course


def _toml(tasks: Mapping[str, float], modules: tuple[str, ...], limits: str, data: str) -> str:
    names = ", ".join(f'"{name}"' for name in modules)
    head = f'title = "A tiny assignment"\npoints = {sum(tasks.values())}\nmodules = [{names}]\n'
    head += 'allowed_imports = ["numpy"]\n' + (f'data = "{data}"\n' if data else "")
    tables = [
        f'[[task]]\nid = "{id}"\ntitle = "The {id}"\npoints = {points}\n' + ("" if points else "challenge = true\n")
        for id, points in tasks.items()
    ]
    return "\n".join([head, *tables, f"[limits]\ncall_s = 1.0\n{limits}"])


def write(path: Path, text: str | bytes) -> Path:
    """Write ``text``, dedented, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return path


def handed_in(source: str | bytes | Mapping[str, str], *, student: str | None = None) -> Submission:
    """A submission of ``tiny.py`` with this source, or of several modules by name."""
    named = source if isinstance(source, Mapping) else {"tiny": source}
    modules = {
        name: text if isinstance(text, bytes) else textwrap.dedent(text).encode() for name, text in named.items()
    }
    origins = {name: f"{name}.py" for name in modules}
    return Submission(student, None, "0" * 64, files={}, modules=modules, origins=origins, notes=())


def graded(
    course: Course, *sources: str | bytes, supervisor: Supervisor, official: bool = True, seed: int = 5
) -> list[Report]:
    """Grade these submissions in one session; return their reports in order."""
    reports: list[Report] = []
    submissions = [handed_in(source, student=f"student {i}") for i, source in enumerate(sources, 1)]
    run = RunOptions(official=official, seed=seed, device="cpu")
    grade(course.load(), submissions, reports.append, run=run, supervisor=supervisor)
    return reports


def line(report: Report, case: str) -> GradedCase:
    """The line of ``case`` in a report."""
    return next(each for each in report.outcomes if each.case == case)


def kept(supervisor: Supervisor) -> Callable[[], contextlib.AbstractContextManager[Supervisor]]:
    """What to put in the place of ``Supervisor``, so that a command uses this one and leaves it open."""
    return lambda: contextlib.nullcontext(supervisor)


def lacks_resource_limits(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the self-test finds that one layer does not hold."""
    held = tuple(layer.name for layer in selftest.LAYERS if layer.name != "resource limits")
    found = SandboxInfo(complete=False, layers=held, missing=("resource limits",))
    monkeypatch.setattr(supervisor, "examined", {})
    monkeypatch.setattr(selftest, "examine", lambda *args, **kwargs: found)


def workers(supervisor: Supervisor) -> list[int]:
    """The workers that are running now: the children of the zygotes."""
    children = [Path(f"/proc/{pid}/task/{pid}/children").read_text() for pid in supervisor.zygote_pids()]
    return [int(pid) for pid in " ".join(children).split()]
