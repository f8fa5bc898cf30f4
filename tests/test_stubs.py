"""Stubs are made from solutions: what stays, what goes, and what the author hears about a wrong marker."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course import stubs
from autograder.errors import AssignmentError
from autograder.model import Task

SOLUTION = '''"""Two tasks."""

import numpy as np


def half(x: np.ndarray, *, twice: bool = False) -> np.ndarray:
    """Return x / 2.

    >>> half(3.0)
    1.5
    """
    ### BEGIN SOLUTION
    secret = 0.5
    return x * secret
    ### END SOLUTION


class Counter:
    """Counts."""

    def __init__(self) -> None:
        """Start at 0."""
        ### BEGIN SOLUTION
        self.secret = 0
        ### END SOLUTION

    def add(self, n: int) -> int:
        """Add n and return the sum."""
        if n < 0:
            raise ValueError(n)
        ### BEGIN SOLUTION
        self.secret += n
        return self.secret
        ### END SOLUTION
'''


@dataclass(frozen=True)
class Course:
    """As much of an assignment as stubs need."""

    root: Path
    slug: str = "99-demo"
    tasks: tuple[Task, ...] = (Task("half", "Halves", 5), Task("Counter", "Counting", 5))
    modules: Sequence[str] = ("demo",)
    adopted: bool = False

    @property
    def solution(self) -> Path | None:
        return self.root / "solutions"

    solution_name: str = "solutions/99-demo"

    def stub(self, module: str) -> Path:
        return self.root / f"{module}.py"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "demo.py").write_text(SOLUTION, encoding="utf-8")
    return Course(tmp_path)


def function(*body: str) -> str:
    return "\n".join(["def half(x):", '    """Halve."""', *body]) + "\n"


def test_every_block_becomes_one_line_that_names_its_task(course: Course) -> None:
    stub = stubs.make_stub(SOLUTION, course, path="demo.py")
    assert stub.count('    raise NotImplementedError("Task 1: half")\n') == 1
    assert stub.count('        raise NotImplementedError("Task 2: Counter")\n') == 2
    assert "secret" not in stub
    assert "SOLUTION" not in stub


def test_everything_else_stays_byte_for_byte(course: Course) -> None:
    stub = stubs.make_stub(SOLUTION, course, path="demo.py")
    kept, inside = [], False
    for line in SOLUTION.splitlines():
        inside = inside or "BEGIN" in line
        if not inside:
            kept.append(line)
        inside = inside and "END" not in line
    assert [line for line in stub.splitlines() if "NotImplementedError" not in line] == kept
    ast.parse(stub)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("# BEGIN SOLUTION", "# END SOLUTION"),
        ("# *****START OF YOUR CODE (DO NOT MODIFY)*****", "# *****END OF YOUR CODE (DO NOT MODIFY)*****"),
        ("# BEGIN_YOUR_CODE (one line is enough)", "# END_YOUR_CODE"),
        ("### START CODE HERE ### (about 2 lines)", "### END CODE HERE ###"),
        ("# YOUR CODE STARTS HERE", "# YOUR CODE ENDS HERE"),
    ],
)
def test_markers_of_published_courses_hide_the_answers_of_an_adopted_suite(begin: str, end: str) -> None:
    text = f"text = '''\n{begin}\n'''\n"
    source = f"def half(x):\n    y = x\n    {begin}\n    return y / 2\n    {end}\n    return None\n{text}"
    stub = stubs.adopted_stub(source, "15-half", path="half.py")
    assert "y / 2" not in stub and 'raise NotImplementedError("Task 1: half")\n    return None' in stub
    assert text in stub


def test_a_marker_in_a_string_is_text(course: Course) -> None:
    source = function("    text = '''", "    ### BEGIN SOLUTION", "    '''", "    return text")
    assert stubs.make_stub(source, course, path="demo.py") == source


def test_windows_line_ends_stay(course: Course) -> None:
    stub = stubs.make_stub(SOLUTION.replace("\n", "\r\n"), course, path="demo.py")
    assert stub.count("\n") == stub.count("\r\n")


def test_a_second_function_of_a_task_keeps_its_own_name(course: Course) -> None:
    """A student who calls it reads which function is missing, and of which task."""
    source = function("    ### BEGIN SOLUTION Counter", "    return x", "    ### END SOLUTION")
    assert 'raise NotImplementedError("Task 2: half")' in stubs.make_stub(source, course, path="demo.py")


def test_only_a_branch_may_be_hidden(course: Course) -> None:
    hidden = ["        ### BEGIN SOLUTION", "        x = 1", "        ### END SOLUTION"]
    source = function("    if x:", *hidden, "    return x")
    stub = stubs.make_stub(source, course, path="demo.py")
    assert stub.splitlines()[2:] == ["    if x:", '        raise NotImplementedError("Task 1: half")', "    return x"]


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        (function("    ### BEGIN SOLUTION", "    return x"), 3, "never ends"),
        (function("    return x", "    ### END SOLUTION"), 4, "no block is open"),
        (function("    ### BEGIN SOLUTION", "    x = 1", "    ### BEGIN SOLUTION", "    return x"), 5, "line 3"),
        (function("    ### BEGIN SOLUTION", "    return x", "    ### END SOLUTION half"), 5, "write ### END SOLUTION"),
        (function("    ### BEGIN SOLUTION", "    return x", "  ### END SOLUTION"), 5, "indent"),
        (function("    ### BEGIN SOLUTION", "    # nothing", "    ### END SOLUTION"), 3, "no statement"),
        (function("    # BEGIN SOLUTION", "    return x"), 3, "resembles"),
        (function("    ### begin solution", "    return x"), 3, "resembles"),
        (function("    ### BEGIN_SOLUTION", "    return x"), 3, "resembles"),
        (function("    x = 1  ### BEGIN SOLUTION", "    return x", "    ### END SOLUTION"), 3, "on its own line"),
        (function("    ### BEGIN SOLUTION", "    if x:", "    ### END SOLUTION", "        return x"), 3, "whole"),
        (function("    ### BEGIN SOLUTION third", "    return x", "    ### END SOLUTION"), 3, "third is not a task"),
        ("def other(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n", 2, "other is not a task"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", 1, "within one function"),
        ("class Counter:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n", 2, "within one function"),
        (
            "class Counter:\n    ### BEGIN SOLUTION\n    def add(self):\n        return 1\n    ### END SOLUTION\n",
            2,
            "within one function",
        ),
        (
            "def half(x):\n    ### BEGIN SOLUTION\n    return x\ndef other(x):\n    return x\n    ### END SOLUTION\n",
            2,
            "within one function",
        ),
        ("def half(x:\n    return x\n", 1, "cannot read"),
    ],
)
def test_a_wrong_marker_is_named_with_file_and_line(course: Course, source: str, line: int, says: str) -> None:
    with pytest.raises(AssignmentError) as error:
        stubs.make_stub(source, course, path="solutions/99-demo/demo.py")
    assert error.value.message.startswith(f"solutions/99-demo/demo.py, line {line}: ")
    assert says in error.value.message


def test_a_docstring_is_never_hidden(course: Course) -> None:
    source = 'def half(x):\n    ### BEGIN SOLUTION\n    """Halve."""\n    return x\n    ### END SOLUTION\n'
    with pytest.raises(AssignmentError, match=r"demo\.py, line 2: a marked block contains a docstring"):
        stubs.make_stub(source, course, path="demo.py")


def test_a_missing_or_changed_stub_is_stale_until_it_is_written(course: Course) -> None:
    path = course.stub("demo")
    assert stubs.stale(course) == [path]
    assert stubs.write(course) == [path]
    assert path.read_text(encoding="utf-8") == stubs.make_stub(SOLUTION, course, path="demo.py")
    assert stubs.stale(course) == stubs.write(course) == []
    path.write_text(path.read_text(encoding="utf-8").replace("Task 1", "Task 7"), encoding="utf-8")
    assert stubs.stale(course) == [path]


def test_a_task_of_which_nothing_is_hidden_is_an_error(course: Course) -> None:
    solution = course.root / "solutions" / "demo.py"
    text = SOLUTION.replace("    ### BEGIN SOLUTION\n    secret", "    secret", 1)
    solution.write_text(text.replace("    ### END SOLUTION\n", "", 1), encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"solutions/99-demo/demo\.py, line \d+: no block of task half is marked"):
        stubs.stale(course)
    solution.unlink()
    with pytest.raises(AssignmentError, match=r"solutions/99-demo/demo\.py is missing"):
        stubs.write(course)


def test_a_stale_stub_is_named_with_its_line_and_the_remedy(course: Course) -> None:
    assert stubs.why_stale(course) == [
        "assignments/99-demo/demo.py: the stub is missing; run autograder stubs 99-demo."
    ]
    [path] = stubs.write(course)
    path.write_text(path.read_text(encoding="utf-8") + "x = 1\n", encoding="utf-8")
    last = len(path.read_text(encoding="utf-8").splitlines())
    assert stubs.why_stale(course) == [
        f"assignments/99-demo/demo.py, line {last}: this is not the stub of the solution; run autograder stubs 99-demo."
    ]
