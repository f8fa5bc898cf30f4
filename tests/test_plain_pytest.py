"""Visible cases under a plain ``pytest``, as students and the test explorers of editors call it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_course
from tiny_course import SLUG, Course, make, write

from autograder.course import assignment
from autograder.grading import entry_point
from autograder.workers.supervisor import Supervisor

VISIBLE = f"assignments/{SLUG}/test_visible.py"

# The student's file can be imported only where no pytest is.
ANSWER = """
import sys

assert "pytest" not in sys.modules


def double(x):
    return 2 * x


def total(x):
    print("adding")
    return x[0] + x[1]
"""

CASES = """
import sys
from pathlib import Path


@task("double", points=6)
def test_double_of_two(student):
    \"\"\"Twice two is four.\"\"\"
    assert str(Path(__file__).parent) not in sys.path
    assert_close(student.double(np.array([2.0])), np.array([4.0]))


@task("total", points=3, hint="Add up all entries.")
def test_total_of_three(student):
    \"\"\"One, two and three are six.\"\"\"
    assert_close(student.total(np.array([1.0, 2.0, 3.0])), 6.0)


@task("total", points=3, needs=("total_of_three",))
@pytest.mark.parametrize("size", [2, 3])
def test_total_of_ones(student, size):
    \"\"\"Ones are counted.\"\"\"
    assert_close(student.total(np.ones(size)), float(size))
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course as a student has it, with one right and one wrong answer."""
    course = make(tmp_path / "course", visible=CASES, solution=None)
    write(course.folder / "tiny.py", ANSWER)
    return course


def run(*arguments: str | Path, cwd: Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own, without the configuration of this project."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", *map(str, arguments)]
    environment |= {"AUTOGRADER_LANG": language, "COLUMNS": "200"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def counts(result: subprocess.CompletedProcess[str]) -> str:
    """The last line of pytest: "1 failed, 2 passed"."""
    return re.sub(r" in .*", "", result.stdout.strip().splitlines()[-1])


@pytest.mark.slow
def test_a_failure_shows_call_difference_hint_and_prints(course: Course) -> None:
    result = run(VISIBLE, cwd=course.root)
    assert counts(result) == "1 failed, 1 passed, 2 skipped"
    assert result.returncode == 1
    for line in (
        "FAILED",
        "One, two and three are six.",
        "  called   total(x)  x = [1., 2., 3.]",
        "  value    got 3, want 6",
        "  hint     Add up all entries.",
        "  printed  adding",
    ):
        assert line in result.stdout.splitlines()
    assert "test_total_of_three - value: got 3, want 6" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.slow
def test_an_explorer_collects_the_cases_wherever_the_root_is(course: Course, tmp_path: Path) -> None:
    result = run("--collect-only", f"--rootdir={tmp_path}", course.folder / "test_visible.py", cwd=tmp_path.parent)
    names = ["double_of_two", "total_of_three", "total_of_ones[2]", "total_of_ones[3]"]
    assert result.stdout.splitlines()[: len(names)] == [f"course/{VISIBLE}::test_{name}" for name in names]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "result"),
    [
        ((f"{VISIBLE}::test_double_of_two",), "1 passed"),
        ((f"{VISIBLE}::test_total_of_ones[2]",), "1 passed"),  # although it needs a case that fails
        ((VISIBLE, "-k", "ones and 3"), "1 failed, 3 deselected"),
    ],
)
def test_a_single_case_can_be_run(course: Course, chosen: tuple[str, ...], result: str) -> None:
    assert counts(run(*chosen, cwd=course.root)) == result


@pytest.mark.slow
def test_two_assignments_run_at_once_each_on_its_own_file(course: Course) -> None:
    other = course.root / "assignments" / "02-tiny"
    shutil.copytree(course.folder, other)
    write(other / "tiny.py", ANSWER.replace("x[0] + x[1]", "float(sum(x))"))
    parallel = ["-n", "2"] if importlib.util.find_spec("xdist") else []
    result = run("assignments", *parallel, cwd=course.root)
    assert counts(result) == "1 failed, 5 passed, 2 skipped"
    assert "FAILED assignments/01-tiny/test_visible.py::test_total_of_three" in result.stdout


@pytest.mark.slow
def test_the_text_is_in_the_chosen_language(course: Course) -> None:
    result = run(f"{VISIBLE}::test_total_of_three", cwd=course.root, language="ko")
    assert "3이 나왔는데" in result.stdout or "호출" in result.stdout


@pytest.mark.slow
def test_notes_are_shown_with_the_first_failure(course: Course) -> None:
    write(course.folder / "tiny.py", ANSWER.replace("2 * x", "3 * x") + "\n1 / 0\n")
    result = run(VISIBLE, cwd=course.root)
    assert counts(result) == "2 failed, 2 skipped"
    assert result.stdout.count("raised ZeroDivisionError: division by zero. This line was skipped") == 1


@pytest.mark.slow
def test_another_order_of_the_cases_changes_nothing(course: Course) -> None:
    write(course.root / "conftest.py", "def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    assert counts(run(VISIBLE, cwd=course.root)) == "1 failed, 1 passed, 2 skipped"


@pytest.mark.slow
def test_the_hint_of_a_known_mistake_is_shown(tmp_path: Path) -> None:
    mistake = 'CAUGHT_BY = ("double_of_two",)\nHINT = "Tripled."\n\n\ndef double(x):\n    return 3 * x\n'
    course = make(tmp_path, mistakes={"tripled": mistake})
    write(course.folder / "tiny.py", ANSWER.replace("2 * x", "x + x + x"))
    result = run(VISIBLE, "-k", "two", cwd=course.root)
    assert "  hint     Tripled." in result.stdout.splitlines()


@pytest.mark.slow
def test_a_stub_is_one_sentence(course: Course) -> None:
    write(course.folder / "tiny.py", tiny_course.STUB)
    result = run(f"{VISIBLE}::test_double_of_two", cwd=course.root)
    assert "double is still the stub. Replace the line that raises NotImplementedError" in result.stdout
    assert "called" not in result.stdout


@pytest.mark.slow
def test_a_submission_that_cannot_be_opened_fails_every_case(course: Course) -> None:
    (course.folder / "tiny.py").rename(course.root / "elsewhere.py")
    (course.folder / "tiny.py").symlink_to(course.root / "elsewhere.py")
    result = run(VISIBLE, "-k", "two", cwd=course.root)
    assert "tiny.py is a link or a special file. Replace it with the file itself." in result.stdout


@pytest.mark.slow
def test_an_error_in_the_assignment_is_one_sentence(course: Course) -> None:
    write(course.folder / "assignment.toml", "points = 10\n")
    result = run(VISIBLE, cwd=course.root)
    assert "assignment.toml, line 1: title is missing; add it." in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.slow
def test_where_there_is_a_solution_a_wrong_case_is_named(tmp_path: Path) -> None:
    course = make(tmp_path, visible=CASES.replace("3.0])), 6.0)", "3.0])), 7.0)"))
    write(course.folder / "tiny.py", ANSWER)
    result = run(VISIBLE, "-k", "three or two", cwd=course.root)
    assert counts(result) == "1 failed, 1 passed, 2 deselected"
    assert (
        "01-tiny: the case total_of_three does not pass on the solution (failed). value: got 6, want 7" in result.stdout
    )


# --- other tests


ORDINARY = """
import sys

import numpy as np
import pytest


@pytest.fixture(scope="session")
def shared():
    yield np.zeros(2)


@pytest.fixture
def student():
    return "Ada"


def test_a_session_fixture_stays_writable(shared):
    shared[0] = 1.0


def test_fixtures_of_their_own_count(student, shared):
    assert student == "Ada" and shared[0] == 1.0
"""

UNRELATED = """
import sys


def test_nothing_of_ours_was_imported():
    ours = {name for name in sys.modules if name.split(".")[0] in ("autograder", "numpy")}
    assert ours == {"autograder", "autograder.grading", "autograder.grading.entry_point"}
"""


@pytest.mark.slow
def test_ordinary_tests_in_the_same_run_are_left_alone(course: Course) -> None:
    for name in ("test_before.py", "test_zafter.py"):
        write(course.root / "more" / name, ORDINARY)
    result = run("more/test_before.py", VISIBLE, "more/test_zafter.py", cwd=course.root)
    assert counts(result) == "1 failed, 5 passed, 2 skipped"


def test_an_unrelated_run_imports_nothing(tmp_path: Path) -> None:
    write(tmp_path / "test_unrelated.py", UNRELATED)
    assert counts(run("-p", "no:hypothesispytest", cwd=tmp_path)) == "1 passed"


def test_the_graders_own_pytest_loads_no_entry_point(tmp_path: Path, supervisor: Supervisor) -> None:
    visible = """
        @task("double", points=1)
        def test_plugins(student, pytestconfig):
            assert not pytestconfig.pluginmanager.has_plugin("autograder")
    """
    course = make(tmp_path, visible=visible)
    [report] = tiny_course.graded(course, tiny_course.SOLUTION, supervisor=supervisor, official=False)
    assert [line.verdict for line in report.outcomes] == ["passed"]


def test_the_names_are_those_of_an_assignment() -> None:
    assert (entry_point.VISIBLE, entry_point.TOML) == (assignment.VISIBLE, assignment.TOML)
