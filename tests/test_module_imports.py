"""What test code for a plain module imports, opens, replaces and starts on the trusted side."""

from __future__ import annotations

import builtins
import importlib.util
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from conftest import Connect, Submitted, submitted

from autograder.errors import SuiteError
from autograder.student import libraries
from autograder.student.connection import Connection
from autograder.student.imports import installed
from autograder.student.module import Modules, StudentModule
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

SOURCES = {
    "homework": b"import utils\nimport numpy as np\n"
    b"def f(x): return utils.twice(x)\ndef ask(): return int(input('?')) + 1\n"
    b"def size(x): return float(np.linalg.norm(x))\nclass A: pass\n",
    "utils": b"def twice(x): return 2 * x\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The instructor's folder: the solution, a helper of the tests, and data."""
    (tmp_path / "homework.py").write_text("raise AssertionError('the solution was imported')\n")
    (tmp_path / "helpers_of_tests.py").write_text("VALUE = 5\n")
    (tmp_path / "data.csv").write_text("1,2\n")
    return tmp_path


@pytest.fixture
def modules(supervisor: Supervisor, folder: Path) -> Iterator[Modules]:
    submission = submitted(SOURCES, supervisor)
    modules = Modules(submission.student, ["homework"])
    with installed(modules, source=folder):
        yield modules
    submission.close()


def test_imports_give_the_handle_and_the_instructors_own_files(modules: Modules) -> None:
    import helpers_of_tests  # type: ignore[import-not-found]
    import homework  # type: ignore[import-not-found]
    import homework as again
    import utils  # type: ignore[import-not-found]
    from homework import A, f

    assert isinstance(homework, StudentModule)
    assert again is homework
    assert f(3) == 6
    assert homework.utils is utils
    assert utils.twice(2) == 4
    assert isinstance(A(), homework.A)
    assert helpers_of_tests.VALUE == 5
    assert Path("data.csv").read_text() == "1,2\n"
    with pytest.raises(ImportError, match="cannot import name 'missing'"):
        from homework import missing  # noqa: F401


def test_nothing_stays_after_the_block(supervisor: Supervisor, folder: Path) -> None:
    submission = submitted(SOURCES, supervisor)
    before = set(sys.modules), list(sys.meta_path), Path.cwd()
    with installed(Modules(submission.student, ["homework"]), source=folder):
        import helpers_of_tests  # noqa: F401
        import homework  # noqa: F401
    assert "homework" not in sys.modules
    assert "helpers_of_tests" not in sys.modules
    assert (sys.meta_path, Path.cwd()) == before[1:]
    submission.close()


def test_a_package_that_is_half_the_students_and_half_the_instructors(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "cs").mkdir()
    (tmp_path / "cs" / "__init__.py").write_text("")
    (tmp_path / "cs" / "check.py").write_text("from cs.layers import forward\n\ndef check(): return forward(2)\n")
    (tmp_path / "cs" / "layers.py").write_text("raise AssertionError('the solution was imported')\n")
    source = b"def forward(x): return 3 * x\n"
    modules = {"start": ("start.py", b""), "cs.layers": ("cs/layers.py", source)}
    sources = ModuleSources("start", modules, files={"cs/layers.py": source}, late=frozenset({"cs.layers"}))
    submission = Submitted(Connection(sources, supervisor, WorkerSpec(Limits()), seed=0))
    with installed(Modules(submission.student, ["cs.layers"]), source=tmp_path):
        import cs.layers  # type: ignore[import-not-found]
        from cs.check import check  # type: ignore[import-not-found]
        from cs.layers import forward

        assert check() == forward(2) == cs.layers.forward(2) == 6
    assert not [name for name in sys.modules if name.partition(".")[0] == "cs"]
    submission.close()


def test_names_in_mock_are_found(modules: Modules) -> None:
    import homework

    with mock.patch("utils.twice", return_value=7):
        assert homework.f(1) == 7
    assert homework.f(1) == 2


def test_the_file_of_the_student_is_neither_opened_nor_run(modules: Modules, folder: Path) -> None:
    ways = [
        lambda: open("homework.py"),  # noqa: SIM115
        lambda: (folder / "homework.py").read_text(),
        lambda: runpy.run_path("homework.py"),
        lambda: importlib.util.spec_from_file_location("x", folder / "homework.py").loader.get_data(  # type: ignore
            str(folder / "homework.py")
        ),
        lambda: subprocess.run([sys.executable, "homework.py"], check=True),
        lambda: subprocess.run([sys.executable, "-m", "pytest"], check=True),
    ]
    for number, way in enumerate(ways, 1):
        with pytest.raises(SuiteError, match=r"test_module_imports.py, line \d+: the test (opens|starts)"):
            way()
        assert len(modules.run.log.suite_errors) == number


def test_a_file_in_the_folder_of_the_submission_is_not_opened(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("of the student")
    submission = submitted(SOURCES, supervisor)
    with (
        installed(Modules(submission.student, ["homework"]), submission=tmp_path),
        pytest.raises(SuiteError, match=r"opens data.csv of the submission"),
    ):
        np.loadtxt(tmp_path / "data.csv")
    submission.close()


def test_a_replaced_library_function_is_an_error_of_the_suite_when_the_student_is_called(
    modules: Modules, monkeypatch: pytest.MonkeyPatch
) -> None:
    import homework

    with mock.patch("numpy.linalg.norm"), pytest.raises(SuiteError, match=r"replaces numpy.linalg.norm, and the"):
        homework.size(np.ones(4))
    assert homework.size(np.ones(4)) == 2
    with monkeypatch.context() as patch:
        patch.setattr(np.linalg, "norm", lambda x: 9)
        with pytest.raises(SuiteError, match=r"replaces numpy.linalg.norm"):
            homework.size(np.ones(4))
    assert homework.size(np.ones(4)) == 2
    with pytest.raises(SuiteError, match=r"replaces numpy.linalg.norm, which does not"):
        homework.np.linalg.norm = len


def test_input_is_replaced_in_the_worker_too(modules: Modules) -> None:
    import homework

    with mock.patch("builtins.input", return_value="3"):
        assert homework.ask() == 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.input", lambda prompt: "5")
        assert homework.ask() == 6
    with pytest.raises(EOFError):
        homework.ask()
    assert builtins.input is not None


def test_an_argument_that_cannot_be_sent_is_an_error_of_the_suite(modules: Modules) -> None:
    import homework

    with pytest.raises(SuiteError, match=r"line \d+: f gets an object of object, which cannot be sent"):
        homework.f(object())


def test_helpers_are_found_for_the_next_submission(modules: Modules, connect: Connect) -> None:
    import utils

    assert utils.twice(1) == 2
    modules.use(connect("X = 1", modules={"utils": "def twice(x): return 20"}).student)
    assert utils.twice(1) == 20


@pytest.mark.parametrize("name", ["pip.__main__", "this", "numpy._core.tests", "os;x", "homework"])
def test_a_name_that_a_worker_sends_imports_nothing_unknown(name: str) -> None:
    before = set(sys.modules)
    assert libraries.module_of(name) is None or name in before
    assert set(sys.modules) <= before
