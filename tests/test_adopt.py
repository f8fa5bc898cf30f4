"""Published suites unchanged: adopted, graded, and refused with file and line where they cannot work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from adopted import HOMEWORK, SLUG, SUITES, adopted, always_equal, graded, write
from click.testing import CliRunner

from autograder.authoring import adopt as adoption
from autograder.authoring.adopt import Adopted
from autograder.authoring.leaks import leaks_in_baseline
from autograder.authoring.release import handed_out
from autograder.commands.main import load
from autograder.course import assignment as assignments
from autograder.course import stubs
from autograder.errors import AutograderError, CaseError
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

NOTEBOOK = """
    {"cells": [
      {"cell_type": "code", "metadata": {}, "outputs": [], "source": "import otter\\ngrader = otter.Notebook()"},
      {"cell_type": "code", "metadata": {}, "outputs": [], "source": "def double(x):\\n    return 2 * x"},
      {"cell_type": "code", "metadata": {}, "outputs": [], "source": "grader.check('q3.5')"}
    ], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
"""

WRONG = {  # what the wrong answer of each suite keeps, of its points
    "adapters": 1 / 12,  # no words are still no words
    "blocks": 0.2,  # a block without parts is right
    "digits": 0.0,
    "engine": 7 / 9,
    "layers": 0.0,
    "network": 0.3476,  # 8 tests of 23: the parts and modes of its models
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_hidden_suite_sends_no_class_to_the_worker(tmp_path: Path, supervisor: Supervisor) -> None:
    """Only the tests that use a class derived from the student's are refused, and not their whole file."""
    suite = """
        import pytest
        from gradescope_utils.autograder_utils.decorators import visibility
        from homework import Number


        class Larger(Number):
            def secret(self):
                return 42


        @visibility("hidden")
        def test_it():
            assert Number().double(2) == 4


        def test_derived():
            assert Larger().secret() == 42
    """
    source = """
        class Number:
            def double(self, x):
                ### BEGIN SOLUTION
                return 2 * x
                ### END SOLUTION
    """
    path = write(tmp_path / "hw", {"homework.py": source, "test_hw.py": suite})
    done = adopted(path, supervisor)
    [refusal] = done.trial.refused
    assert str(refusal).startswith("test_hw.py, line 18: test_derived: ")
    assert "the class Larger is derived from the student's class Number" in str(refusal)
    assert [test.id for test in done.suite.tests] == ["test_hw.py::test_it"]


def test_parameters_out_of_the_students_module_are_refused(tmp_path: Path, supervisor: Supervisor) -> None:
    suite = """
        import pytest
        import homework


        @pytest.mark.parametrize("x", [homework.LIMIT])
        def test_parameters(x):
            assert homework.double(x) == 6


        def test_in_the_test():
            assert homework.double(homework.LIMIT) == 6
    """
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_hw.py": suite})
    done = adopted(path, supervisor)
    [refusal] = done.trial.refused
    assert str(refusal).startswith("test_hw.py, line 6: test_parameters: its decorators take homework.LIMIT")
    assert [test.id for test in done.suite.tests] == ["test_hw.py::test_in_the_test"]


def test_a_solution_that_cannot_be_imported_is_named(tmp_path: Path, supervisor: Supervisor) -> None:
    suite = "from homework import double\n\n\ndef test_it():\n    assert double(1) == 2\n"
    path = write(tmp_path / "hw", {"homework.py": "def double(x:\n", "test_hw.py": suite})
    with pytest.raises(AutograderError, match=r"homework\.py, line 1"):
        adopted(path, supervisor)


def test_the_solution_may_lie_elsewhere(tmp_path: Path, supervisor: Supervisor) -> None:
    """What the folder holds is then the stub. Without marked answers there is none, and a note says so."""
    suite = "from homework import double\n\n\ndef test_it():\n    assert double(1) == 2\n"
    started = "def double(x):\n    raise NotImplementedError\n"
    plain = "def double(x):\n    return 2 * x\n"
    path = write(tmp_path / "hw", {"homework.py": started, "test_hw.py": suite})
    with pytest.raises(CaseError, match=r"no test passes on the solution.*\n.*test_hw.py, line 5: test_it"):
        adopted(path, supervisor)
    solution = write(tmp_path / "solved", {"homework.py": plain})
    done = adopted(path, supervisor, solution=solution)
    assert done.new.assignment["homework.py"] == started.encode() and done.notes == ()
    whole = adopted(write(tmp_path / "all", {"homework.py": plain, "test_hw.py": suite}), supervisor)
    assert "homework.py" not in whole.new.assignment
    assert "homework.py: no answer is marked. So students have no stub" in whole.notes[0]


def test_a_name_that_a_submission_lacks_is_an_error_of_the_submission(tmp_path: Path, supervisor: Supervisor) -> None:
    suite = "import homework\n\n\ndef test_it():\n    assert homework.double(1) == 2\n"
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_hw.py": suite})
    assignment = adoption.load(adopted(path, supervisor), tmp_path / "course")
    renamed = write(tmp_path / "renamed", {"homework.py": "def doubled(x):\n    return 2 * x\n"})
    [report] = graded(assignment, [renamed], supervisor)
    assert [line.verdict for line in report.outcomes] == [Verdict.ERRORED]
    assert "does not define double" in report.outcomes[0].message


def test_the_folders_around_a_module_may_be_left_out(tmp_path: Path, supervisor: Supervisor) -> None:
    """An archive of the innermost folder is as good as one of the package. The test itself puts that on the path."""
    suite = """
        import os
        import sys

        import mugrade

        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "code"))
        from homeworks.first.double import double


        def test_it():
            assert double(2) == 4


        def submit_it():
            mugrade.submit(double(3))
    """
    answer = "def double(x):\n    ### BEGIN YOUR CODE\n    return 2 * x\n    ### END YOUR CODE\n"
    files = {"code/homeworks/first/double.py": answer, "tests/unit/test_it.py": suite.replace('".."', '"..", ".."')}
    done = adopted(write(tmp_path / "hw", files), supervisor)
    assert done.trial.refused == []
    assert b"return 2" not in done.new.assignment["homeworks/first/double.py"]
    assignment = adoption.load(done, tmp_path / "course")
    forms = ("homeworks/first/double.py", "first/double.py", "double.py")
    answers = [write(tmp_path / f"form-{number}", {form: answer}) for number, form in enumerate(forms)]
    assert [report.score.earned for report in graded(assignment, answers, supervisor)] == [100, 100, 100]


def test_a_file_that_the_solution_opens_is_there_for_all_and_no_other_one(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    suite = """
        from homework import total, wanted


        def test_total():
            assert total("data/a.csv", "./data/b.csv") == int(open("data/sum.csv").read())


        def test_no_other_file():
            assert wanted() is None
    """
    source = """
        def total(*names):
            return sum(int(open(name).read()) for name in names)


        def wanted():
            try:
                return open("data/sum.csv").read()
            except OSError:
                return None
    """
    data = {"data/a.csv": "1", "data/b.csv": "2", "data/sum.csv": "3"}
    path = write(tmp_path / "hw", {"homework.py": source, "test_hw.py": suite, **data})
    done = adopted(path, supervisor)
    assert done.trial.refused == [] and done.suite.support == ("data/a.csv", "data/b.csv")
    assert "The solution opens data/a.csv, data/b.csv. So all submissions can read them." in done.notes
    assignment = adoption.load(done, tmp_path / "course")
    [report] = graded(assignment, [write(tmp_path / "right", {"homework.py": source})], supervisor)
    assert report.score.earned == 100


def test_a_file_in_ok_format_may_have_any_name(tmp_path: Path, supervisor: Supervisor) -> None:
    test = {"name": "q3.5", "points": 2, "suites": [{"cases": [{"code": ">>> double(2)\n4", "hidden": False}]}]}
    files = {"hw.ipynb": NOTEBOOK, "tests/q3.5.py": f"OK_FORMAT = True\n\ntest = {test}\n"}
    done = adopted(write(tmp_path / "hw", files), supervisor)
    assert done.trial.refused == [] and len(done.suite.tests) == 1
    assignment = adoption.load(done, tmp_path / "course")
    [report] = graded(assignment, [write(tmp_path / "right", {"hw.ipynb": NOTEBOOK})], supervisor)
    assert report.score.earned == report.score.possible == 2


# --- a student's machine


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["def double(x:\n", "def other(x):\n    return 2 * x\n", "LIMIT = 3\n"])
def test_a_broken_file_does_not_keep_a_student_from_a_report(
    answer: str, tmp_path: Path, supervisor: Supervisor
) -> None:
    """Without the solution the suite is imported with the names that it needs, and not with the student's file."""
    suite = "from homework import LIMIT, double\n\n\ndef test_it():\n    assert double(LIMIT) == 6\n"
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_hw.py": suite})
    adoption.load(adopted(path, supervisor), tmp_path / "course")
    shutil.rmtree(tmp_path / "course" / "solutions")
    assignment = assignments.load(SLUG, root=tmp_path / "course")
    (assignment.folder / "homework.py").write_text(answer, encoding="utf-8")
    [report] = graded(assignment, [assignment.folder], supervisor, official=False)
    assert [line.verdict for line in report.outcomes] == [Verdict.ERRORED] and report.score.earned == 0
    write(assignment.folder, {"homework.py": HOMEWORK})
    [report] = graded(assignment, [assignment.folder], supervisor, official=False)
    assert [line.verdict for line in report.outcomes] == [Verdict.PASSED]


def test_a_release_has_the_visible_suite_and_what_the_modules_need(tmp_path: Path, supervisor: Supervisor) -> None:
    assignment = adoption.load(adopted(SUITES / "layers" / "suite", supervisor), tmp_path)
    files = {name.removeprefix(f"assignments/{SLUG}/") for name, _ in handed_out(assignment)}
    assert files == {
        "assignment.toml", "README.md", "suite.toml", "course/__init__.py", "course/helpers.py", "suite/test_layers.py",
        "suite/course/__init__.py", "suite/course/gradient_check.py", "suite/course/helpers.py",
    }  # fmt: skip
    assert list(stubs.texts(assignment)) == ["course.layers"]
    assert leaks_in_baseline(assignment) == []


# --- the command


@pytest.mark.slow
def test_the_command_grades_known_answers(tmp_path: Path, supervisor: Supervisor) -> None:
    path = write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_hw.py": """
        from homework import double


        def test_it():
            assert double(2) == 4
    """})  # fmt: skip
    (tmp_path / "assignments").mkdir()
    (tmp_path / "solutions").mkdir()
    wrong = write(tmp_path / "wrong", {"homework.py": "def double(x):\n    return x\n"})
    square = write(tmp_path / "square", {"homework.py": "def double(x):\n    return x * x\n"})
    options = ["--root", str(tmp_path), "--wrong", str(wrong), "--wrong", str(square), "--right", str(wrong)]
    done = CliRunner().invoke(load("adopt"), [str(path), *options], catch_exceptions=False)
    assert done.exit_code == 0
    assert "adopted 1 test, worth 100 points" in done.output
    assert f"{wrong}: 0 of 100 points. Caught by it." in done.output
    assert f"{square}: 100 of 100 points. It is called wrong, but no test catches it." in done.output
    assert f"{wrong}: 0 of 100 points. It is called right, but fails it." in done.output
    assert (tmp_path / "assignments" / "01-hw" / "suite" / "test_hw.py").is_file()


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
