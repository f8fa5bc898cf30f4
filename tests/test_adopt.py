"""Published suites unchanged: adopted, graded, and refused with file and line where they cannot work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from adopted import SUITES, adopted, always_equal, graded, write

from autograder.authoring import adopt as adoption
from autograder.authoring.adopt import Adopted
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

WRONG = {  # what the wrong answer of each suite keeps, of its points
    "adapters": 1 / 12,  # no words are still no words
    "digits": 0.0,
    "engine": 7 / 9,
    "layers": 0.0,
    "notebook": 0.0,
    "otter": 0.0,
    "regression": 0.0,
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
    assert wrong.score.earned == pytest.approx(WRONG[name] * wrong.score.possible)
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
