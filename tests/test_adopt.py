"""Published suites unchanged: adopted, graded, and refused with file and line where they cannot work."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pytest
from adopted import SUITES, adopted, always_equal, graded, write

from autograder.authoring import adopt as adoption
from autograder.authoring import suite_points
from autograder.authoring.adopt import Adopted
from autograder.authoring.found_suite import find
from autograder.authoring.suite_points import PointsRule
from autograder.course import assignment as assignments
from autograder.errors import AssignmentError, UsageError
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

WRONG = {  # what the wrong answer of each suite keeps, of its points
    "adapters": 1 / 12,  # no words are still no words
    "digits": 0.0,
    "engine": 7 / 9,
    "layers": 0.0,
    "notebook": 0.0,
    "otter": 0.0,
    "regression": 0.1,  # half of a test with partial credit
}


def assert_unchanged(source: Path, done: Adopted) -> None:
    """The tests, and all files that they may need, are there byte for byte."""
    files = {**done.new.assignment, **done.new.solution}
    kept = {path.removeprefix("suite/"): data for path, data in files.items() if path.startswith("suite/")}
    tests = [path for path in source.rglob("*") if path.is_file() and "test" in path.relative_to(source).as_posix()]
    assert {path.relative_to(source).as_posix(): path.read_bytes() for path in tests}.items() <= kept.items()


@pytest.mark.parametrize("name", WRONG)
def test_a_published_suite_works_unchanged(name: str, tmp_path: Path, supervisor: Supervisor) -> None:
    """The solution has all points, a wrong answer loses points, and an object that equals everything has none."""
    done = adopted(SUITES / name / "suite", supervisor)
    assert [str(refusal) for refusal in done.trial.refused] == []
    assert_unchanged(SUITES / name / "suite", done)
    assignment = adoption.load(done, tmp_path / "course")
    answer = tmp_path / "right"
    shutil.copytree(assignment.solution, answer, ignore=shutil.ignore_patterns("suite", "suite.toml"))
    equal = always_equal(assignment, tmp_path / "equal")
    right, wrong, anything, again = graded(assignment, [answer, SUITES / name / "wrong", equal, answer], supervisor)
    for report in (right, again):
        assert {line.case: line.verdict for line in report.outcomes if line.verdict is not Verdict.PASSED} == {}
        assert report.score.earned == report.score.possible
    assert wrong.score.earned == pytest.approx(WRONG[name] * wrong.score.possible, rel=1e-4)
    assert {line.case: line.verdict for line in anything.outcomes if line.earned} == {}
    assert all(line.verdict is not Verdict.GRADER_ERROR for report in (wrong, anything) for line in report.outcomes)


# --- what cannot be adopted

HOMEWORK = """
    import numpy as np

    LIMIT = 3


    def double(x):
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION
"""

STRANGE = """
    import inspect
    import subprocess
    import sys
    from pathlib import Path

    import pytest
    import homework
    from homework import double

    print("at collection")


    def test_source():
        assert "*" in inspect.getsource(double)


    def test_opens_the_file():
        text = open(Path(__file__).parent / "homework.py").read()
        assert "*" in text


    def test_needs_a_plugin(mocker):
        assert double(1) == 2


    def test_needs_a_package():
        import no_such_package

        assert double(1) == 2


    @pytest.mark.skip(reason="not yet")
    def test_skipped():
        assert double(1) == 2


    @pytest.mark.xfail
    def test_expected_to_fail():
        assert double(1) == 3


    def test_starts_a_process():
        subprocess.run([sys.executable, "-m", "pytest", "homework.py"])


    def test_wrong():
        assert double(1) == 3


    def test_writes_next_to_itself():
        log = Path(__file__).parent / "log.txt"
        with log.open("a") as file:
            file.write("run\\n")
        assert log.read_text() == "run\\n"
        assert double(2) == 4


    def test_prints(capsys):
        print(double(1))
        assert capsys.readouterr().out == "2\\n"
"""


def test_what_cannot_work_is_named_with_file_and_line_and_the_way_round(tmp_path: Path, supervisor: Supervisor) -> None:
    broken = {"test_broken.py": "import no_such_package\n\ndef test_it():\n    pass\n", "test_syntax.py": "def f(:\n"}
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_strange.py": STRANGE, **broken})
    done = adopted(path, supervisor)
    refused = {refusal.name or refusal.place.partition(",")[0]: str(refusal) for refusal in done.trial.refused}
    lines = (path / "test_strange.py").read_text().splitlines()
    for name, line, words in (
        ("test_source", 'assert "*" in inspect', "reads the source"),
        ("test_opens_the_file", "text = open(", "homework.py"),
        ("test_needs_a_plugin", "def test_needs_a_plugin", "fixture mocker"),
        ("test_needs_a_package", "import no_such_package", "no_such_package, which is not installed"),
        ("test_skipped", "@pytest.mark.skip", "is skipped"),
        ("test_expected_to_fail", "assert double(1) == 3", "xfail"),
        ("test_starts_a_process", "subprocess.run", "starts a process"),
        ("test_wrong", "assert double(1) == 3", "does not pass on the solution (failed)"),
    ):
        assert words in refused[name], refused[name]
        numbers = [number for number, text in enumerate(lines, 1) if line in text]
        assert any(refused[name].startswith(f"test_strange.py, line {number}: ") for number in numbers), refused[name]
    assert "test_broken.py, line 1: it imports no_such_package, which is not installed" in refused["test_broken.py"]
    assert refused["test_syntax.py"].startswith("test_syntax.py, line 1: the file cannot be imported. SyntaxError")
    assert {test.id for test in done.suite.tests} == {
        "test_strange.py::test_writes_next_to_itself", "test_strange.py::test_prints"
    }  # fmt: skip


def test_a_suite_that_shares_state_treats_all_submissions_alike(tmp_path: Path, supervisor: Supervisor) -> None:
    """Caches, variables and files of the suite, and values that it took at import, are those of one submission."""
    suite = """
        import functools
        from pathlib import Path

        import pytest
        import homework
        from homework import LIMIT, double

        seen = []
        count = 0


        @functools.lru_cache
        def cached():
            return double(4)


        @pytest.fixture(scope="module")
        def shared():
            return double(5)


        def test_cache():
            assert cached() == 8


        def test_limit():
            assert LIMIT == 3


        def test_fixture(shared):
            assert shared == 10


        def test_state():
            global count
            count += 1
            seen.append(count)
            assert seen == [1]
            assert double(1) == 2


        def test_file():
            Path("note.txt").write_text(str(double(3)))
            assert Path("note.txt").read_text() == "6"
            assert list(Path().glob("other*")) == []
            Path("other.txt").touch()
    """
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_state.py": suite})
    wrong = write(tmp_path / "wrong", {"homework.py": "LIMIT = 4\n\n\ndef double(x):\n    return 3 * x\n"})
    done = adopted(path, supervisor)
    assert done.trial.refused == []
    assignment = adoption.load(done, tmp_path / "course")
    right = write(tmp_path / "right", {"homework.py": HOMEWORK})
    reports = graded(assignment, [right, wrong, right, wrong], supervisor)
    assert [round(report.score.earned) for report in reports] == [100, 0, 100, 0]


def test_a_hidden_test_tells_students_no_value(tmp_path: Path, supervisor: Supervisor) -> None:
    suite = """
        from gradescope_utils.autograder_utils.decorators import visibility, weight
        import pytest
        from homework import double


        @weight(3)
        @visibility("hidden")
        def test_secret():
            assert double(21) == 42


        @weight(1)
        @visibility("after_published")
        def test_told():
            if double(17) != 34:
                pytest.fail("wanted 34")


        @weight(2)
        def test_seen():
            assert double(1) == 2
    """
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_hw.py": suite})
    done = adopted(path, supervisor)
    assert "suite/test_hw.py" in done.new.solution and "suite/test_hw.py" not in done.new.assignment
    assignment = adoption.load(done, tmp_path / "course")
    wrong = write(tmp_path / "wrong", {"homework.py": "def double(x):\n    return x\n"})
    [report] = graded(assignment, [wrong], supervisor)
    lines = {line.case: line for line in report.outcomes}
    assert {case: (line.points, line.visible) for case, line in lines.items()} == {
        "secret": (3, False), "told": (1, False), "seen": (2, True)
    }  # fmt: skip
    for case in ("secret", "told"):
        assert lines[case].message == "A check of this case failed."
        assert lines[case].mismatch is None and not lines[case].hint
        assert "42" in lines[case].staff or "34" in lines[case].staff
    assert "assert 1 == 2" in lines["seen"].message
    assert lines["seen"].source is not None and lines["seen"].source.code == "assert double(1) == 2"


# --- points, modules, tables


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
        (None, [3, 1, 1]), ("mark", [3, 1, 1]), ("per-test", [1, 1, 1]), ("total", [33.33333333] * 3)
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
        (TABLE.replace("points = 2.0", "points = 0"), "suite.toml, test 1: points is 0; write a number above 0"),
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


# --- nbgrader's own example


def test_the_example_of_nbgrader_is_adopted(tmp_path: Path, supervisor: Supervisor) -> None:
    """With the cell that deletes a function of the student's, to see whether another one uses it."""
    nbgrader = pytest.importorskip("nbgrader")
    source = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source" / "ps1" / "problem1.ipynb"
    (tmp_path / "ps1").mkdir()
    shutil.copy(source, tmp_path / "ps1")
    done = adopted(tmp_path / "ps1", supervisor)
    assert done.trial.refused == []
    assert [test.points for test in done.suite.tests] == [1.0, 1.0, 0.5, 0.5]
