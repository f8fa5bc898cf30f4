"""What an adopted suite consists of: its modules, its tests with their points, and its table."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from adopted import HOMEWORK, adopted, write

from autograder.authoring import suite_points
from autograder.authoring.found_suite import find
from autograder.authoring.suite_points import PointsRule
from autograder.course import assignment as assignments
from autograder.errors import AssignmentError, UsageError
from autograder.workers.supervisor import Supervisor


def test_points_follow_the_rule(tmp_path: Path, supervisor: Supervisor) -> None:
    suite = """
        import pytest
        from homework import double


        @pytest.mark.task1_2
        @pytest.mark.points(3)
        def test_first():
            assert double(1) == 2


        @pytest.mark.parametrize("x", [1, 2])
        def test_double(x):
            assert double(x) == 2 * x


        def test_other():
            assert double(0) == 0
    """
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_all.py": suite})
    trial = adopted(path, supervisor).trial.adopted
    rules: tuple[tuple[PointsRule | None, list[float]], ...] = (
        (None, [3, 1, 1]), ("mark", [3, 1, 1]), ("per-test", [1, 1, 1]), ("total", [33.34, 33.33, 33.33])
    )  # fmt: skip
    for rule, points in rules:
        tests, titles = suite_points.assigned(trial, {"homework": textwrap.dedent(HOMEWORK).encode()}, rule)
        assert [test.points for test in tests] == points
        assert titles == {"task1_2": "Task 1.2", "double": "double", "all": "all"}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"homework.py": HOMEWORK}, "has no tests"),
        ({"test_a.py": "import a, b", "a.py": "", "b.py": ""}, "not clear which module.* a, b. Name it with --module"),
        ({"test_a.py": "import numpy"}, "import no module of this folder"),
    ],
)
def test_a_folder_that_does_not_tell_its_module_is_refused(files: dict[str, str], problem: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=problem):
        find(write(tmp_path / "hw", files), None)


def test_the_module_is_what_the_tests_import_and_students_write(tmp_path: Path) -> None:
    marked = "def f():\n    raise NotImplementedError\n"
    files = {
        "pkg/__init__.py": "from .layers import f",
        "pkg/layers.py": f"from . import shared\n{marked}",
        "pkg/shared.py": "X = 1\n",
        "pkg/check.py": "Y = 2\n",
        "tests/test_f.py": "from pkg.layers import f\nfrom pkg import check\n",
        "pytest.ini": "[pytest]\npythonpath = src lib\n",
    }
    found = find(write(tmp_path / "hw", files), None)
    assert list(found.modules) == ["pkg.layers"]
    assert list(found.support) == ["pkg/__init__.py", "pkg/shared.py"]
    assert "pkg/layers.py" not in found.files and "pkg/check.py" in found.files
    assert found.paths == ("src", "lib")


TABLE = """
[[test]]
id = "test_a.py::test_one"
task = "one"
points = 2.0
"""


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "suite.toml: there is no test"),
        (
            TABLE.replace("points = 2.0", 'points = "2"'),
            'suite.toml, test 1: points is "2", which is of the wrong type',
        ),
        (
            TABLE.replace("points = 2.0", "points = 0"),
            "suite.toml: points of test_a.py::test_one is 0; write a number above 0, or make one a challenge",
        ),
        (TABLE.replace("points = 2.0", "points = -1"), "suite.toml, test 1: points is -1; write a number above 0"),
        (TABLE.replace("points", "point"), "suite.toml, test 1: the key point is unknown; write one of id, task"),
        (TABLE + TABLE, "suite.toml, test 2: test_a.py::test_one is named twice"),
        (TABLE.replace("test_a", "test_b"), "suite.toml, test 1: suite/test_b.py is missing"),
        (f'paths = ["../x"]\n{TABLE}', r"suite.toml: paths holds ../x, which leads out of the folder"),
        (TABLE.replace("2.0", "3.0"), "points is 2, but its tests in suite.toml are worth 3; make the two equal"),
        (TABLE.replace('"one"', '"two"'), "test_a.py::test_one is of the task two, which .* does not have; it has one"),
        ("[[test", "this is not valid TOML"),
    ],
)
def test_a_wrong_table_is_named_with_its_entry(table: str, problem: str, tmp_path: Path) -> None:
    task = '[[task]]\nid = "one"\ntitle = "One"\npoints = 2\n'
    toml = f'title = "A"\npoints = 2\nmodules = ["a"]\nsuite = "visible"\n\n{task}'
    files = {"assignment.toml": toml, "suite.toml": table, "suite/test_a.py": ""}
    write(tmp_path / "assignments" / "15-a", files)
    (tmp_path / "solutions").mkdir()
    with pytest.raises(AssignmentError, match=problem):
        assignments.load("15-a", root=tmp_path)


def test_the_value_of_suite_is_checked(tmp_path: Path) -> None:
    write(tmp_path / "assignments" / "15-a", {"assignment.toml": 'suite = "open"\n'})
    with pytest.raises(AssignmentError, match='suite is "open"; write "visible" or "hidden"'):
        assignments.load("15-a", root=tmp_path)
