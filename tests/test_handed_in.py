"""Files next to the modules: importable and readable, and never in the place of anything else."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from conftest import Submitted
from tiny_course import SOLUTION, Course, line, make, write

from autograder.course import intake
from autograder.course import submission as submissions
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.guest.module_names import modules_of
from autograder.model import Report, Verdict
from autograder.student import connection
from autograder.student.connection import Connection
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

Files = Mapping[str, str | bytes]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module", params=["full", "without namespaces", "another system"])
def each_kind(request: pytest.FixtureRequest, supervisor: Supervisor) -> Iterator[Supervisor]:
    """A supervisor for each kind of worker."""
    if request.param == "full":
        yield supervisor
        return
    options = {"portable": True} if request.param == "another system" else {"enclosed": False}
    with Supervisor(**options) as other:
        yield other


def graded(course: Course, folder: Path, files: Files, supervisor: Supervisor, *, official: bool = False) -> Report:
    for name, content in files.items():
        write(folder / name, content)
    handed_in = submissions.open(folder, course.load())
    return grade_one(course.load(), handed_in, run=RunOptions(official=official, device="cpu"), supervisor=supervisor)


def array(values: list[float]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(values))
    return stream.getvalue()


DOUBLE = "def double(x):\n    return 2 * x\n"
TOTAL = "\n\ndef total(x):\n    return float(sum(x))\n"

IMPORTS: dict[str, Files] = {
    "plain": {"tiny.py": "from helpers import double" + TOTAL, "helpers.py": DOUBLE},
    "relative": {"tiny.py": "from .helpers import double" + TOTAL, "helpers.py": DOUBLE},
    "relative module": {"tiny.py": "from . import helpers\ndouble = helpers.double" + TOTAL, "helpers.py": DOUBLE},
    "a helper of a helper": {
        "tiny.py": "from one import double" + TOTAL, "one.py": "from two import double", "two.py": DOUBLE,
    },
    "relative all the way": {
        "tiny.py": "from .one import double" + TOTAL, "one.py": "from .two import double", "two.py": DOUBLE,
    },
    "package": {
        "tiny.py": "from pack import double" + TOTAL, "pack/__init__.py": "from .inner import double",
        "pack/inner.py": DOUBLE,
    },
    "package without __init__": {"tiny.py": "from pack.inner import double" + TOTAL, "pack/inner.py": DOUBLE},
    "deep": {"tiny.py": "import a.b.c as c\ndouble = c.double" + TOTAL, "a/b/c.py": DOUBLE},
    "up": {"tiny.py": "from pack.inner import double" + TOTAL, "pack/inner.py": "from ..helpers import double",
           "helpers.py": DOUBLE},
    "in a function": {
        "tiny.py": "def double(x):\n    from helpers import double\n    return double(x)\n" + TOTAL,
        "helpers.py": DOUBLE,
    },
    "by name": {
        "tiny.py": "import importlib\ndouble = importlib.import_module('helpers').double" + TOTAL, "helpers.py": DOUBLE,
    },
    "circle": {"tiny.py": "FACTOR = 2\nfrom helpers import double" + TOTAL,
               "helpers.py": "import tiny\n\n\ndef double(x):\n    return tiny.FACTOR * x\n"},
    "Hangul": {"tiny.py": "from 도우미 import double" + TOTAL, "도우미.py": DOUBLE},
    "a package before a module": {
        "tiny.py": "from pack import double" + TOTAL, "pack/__init__.py": DOUBLE, "pack.py": "double = None",
    },
}  # fmt: skip


@pytest.mark.parametrize("files", IMPORTS.values(), ids=IMPORTS.keys())
def test_what_was_handed_in_can_be_imported(
    tmp_path: Path, course: Course, supervisor: Supervisor, files: Files
) -> None:
    report = graded(course, tmp_path / "kim", files, supervisor)
    assert report.score.earned == 9.0, [each.message for each in report.outcomes]


FILES: Files = {
    "data/x.csv": "1,2\n3,4\n",
    "weights.npy": array([1.0, 2.0]),
    "pack/numbers.npy": array([3.0]),
    "pack/__init__.py": "from pathlib import Path\nimport numpy as np\n"
    "NUMBERS = np.load(Path(__file__).parent / 'numbers.npy')\n",
    "tiny.py": """
        import os
        from pathlib import Path

        import numpy as np

        from pack import NUMBERS

        with open("data/x.csv") as file:
            assert file.read() == "1,2\\n3,4\\n"
        TABLE = np.loadtxt("./data/x.csv", delimiter=",")
        WEIGHTS = np.load(Path(__file__).parent / "weights.npy")
        HERE = os.path.dirname(os.path.abspath(__file__))
        assert os.path.exists(os.path.join(HERE, "tiny.py"))
        assert TABLE[1, 1] == 4 and NUMBERS.tolist() == [3.0]


        def double(x):
            return x * np.load("weights.npy")[1]


        def total(x):
            return float(np.sum(x)) * WEIGHTS[0]
    """,
}


@pytest.mark.slow
def test_data_files_are_read_by_their_paths(tmp_path: Path, course: Course, each_kind: Supervisor) -> None:
    report = graded(course, tmp_path / "kim", FILES, each_kind)
    assert report.score.earned == 9.0, [each.message for each in report.outcomes]


def in_archive(folder: Path, files: Files) -> Path:
    path = folder / "kim.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"hw/{name}", content)
    return path


def beside_a_notebook(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        if name != "tiny.py":
            write(folder / "kim" / name, content)
    cell = {"cell_type": "code", "source": files["tiny.py"]}
    write(folder / "kim" / "homework.ipynb", json.dumps({"cells": [cell]}))
    return folder / "kim"


@pytest.mark.parametrize("form", [in_archive, beside_a_notebook])
@pytest.mark.parametrize("files", [IMPORTS["relative"], IMPORTS["package"], {
    "tiny.py": "import numpy as np\nW = np.load('w.npy')\n\n\ndef double(x):\n    return x * W[0]" + TOTAL,
    "w.npy": array([2.0]),
}])  # fmt: skip
def test_files_come_in_archives_and_next_to_notebooks(
    tmp_path: Path, course: Course, supervisor: Supervisor, form: Callable[[Path, Files], Path], files: Files
) -> None:
    handed_in = submissions.open(form(tmp_path, files), course.load())
    report = grade_one(course.load(), handed_in, run=RunOptions(device="cpu"), supervisor=supervisor)
    assert report.score.earned == 9.0, [each.message for each in report.outcomes]


# --- read-only, and in the submission's own worker alone

WRITES = """
    def attempt(path):
        try:
            with open(path, "w") as file:
                file.write("x")
        except OSError as exc:
            return type(exc).__name__
        return open(path).read()
"""


def worker_of(
    source: str,
    files: dict[str, bytes],
    supervisor: Supervisor,
    *,
    packages: frozenset[str] | None = None,
    limits: Limits | None = None,
) -> Submitted:
    """A submission of ``answer`` with other files, to be closed by the caller."""
    late = {name: (file, files[file]) for name, file in modules_of(files).items()}
    modules = {"answer": ("answer.py", textwrap.dedent(source).encode())} | late
    sources = ModuleSources("answer", modules, files=files, late=frozenset(late))
    return Submitted(Connection(sources, supervisor, WorkerSpec(limits or Limits(), packages=packages), seed=0))


def test_handed_in_files_are_read_only_and_the_folder_is_not(supervisor: Supervisor) -> None:
    submitted = worker_of(WRITES, {"data/x.csv": b"1"}, supervisor)
    try:
        assert submitted.student.attempt("data/x.csv") == "PermissionError"
        assert submitted.student.attempt("result.csv") == "x"
    finally:
        submitted.close()


def test_no_other_submission_sees_the_files(supervisor: Supervisor) -> None:
    first = worker_of("import helpers\n", {"helpers.py": b"", "data/x.csv": b"1"}, supervisor)
    listing = "import os\n\n\ndef listing():\n    return os.listdir()\n"
    second = worker_of(listing, {}, supervisor)
    try:
        first.connection.load()
        assert second.student.listing() == []
    finally:
        first.close()
        second.close()


def test_a_submission_without_other_files_costs_nothing_more(supervisor: Supervisor) -> None:
    alone = worker_of("x = 1\n", {}, supervisor)
    [_, header, *body] = connection._load_frame(alone.connection)
    alone.close()
    assert b"files" not in bytes(header)
    assert body == [b"x = 1\n"]


def test_as_many_files_with_names_as_long_as_an_upload_may_have_are_sent(supervisor: Supervisor) -> None:
    names = [f"{i:03d}/" + "/".join(["가" * 60] * 7) + ".txt" for i in range(intake.FILES)]
    assert max(map(len, names)) < 500
    count = "import glob\n\n\ndef count():\n    return len(glob.glob('**/*.txt', recursive=True))\n"
    submitted = worker_of(count, dict.fromkeys(names, b"x"), supervisor)
    try:
        assert submitted.student.count() == len(names)
    finally:
        submitted.close()


@pytest.mark.parametrize("name", ["a" * 300, "x/y"])
def test_a_file_that_cannot_be_written_costs_nothing_else(supervisor: Supervisor, name: str) -> None:
    submitted = worker_of("def f():\n    return open('z').read()\n", {"x": b"", name: b"", "z": b"1"}, supervisor)
    try:
        assert submitted.student.f() == "1"
    finally:
        submitted.close()


def test_a_file_without_space_is_missing_and_not_cut(supervisor: Supervisor) -> None:
    listing = "import os\n\n\ndef listing():\n    return sorted(os.listdir())\n"
    files = {"large.npy": bytes(2**21), "small.npy": b"1"}
    submitted = worker_of(listing, files, supervisor, limits=Limits(scratch_mib=1))
    try:
        assert submitted.student.listing() == ["small.npy"]
    finally:
        submitted.close()


# --- found last

SAME_NAMES = ("random", "statistics", "os", "json", "numpy", "numpy.linalg", "builtins", "sys", "zipimport")


def test_a_file_never_replaces_a_module_of_a_library(each_kind: Supervisor) -> None:
    source = "import importlib\n\n\ndef mine(name):\n    return hasattr(importlib.import_module(name), 'MINE')\n"
    stems = [name.replace(".", "/") for name in SAME_NAMES]
    files = [file for stem in stems for file in (f"{stem}.py", f"{stem}/__init__.py")]
    submitted = worker_of(source, dict.fromkeys([*files, "helpers.py"], b"MINE = True\n"), each_kind)
    try:
        assert [submitted.student.mine(name) for name in (*SAME_NAMES, "helpers")] == [False] * len(SAME_NAMES) + [True]
    finally:
        submitted.close()


def test_a_file_never_replaces_the_module_that_was_asked_for(supervisor: Supervisor) -> None:
    files = {"answer/__init__.py": b"def f(): return 2\n"}
    sources = ModuleSources("answer", {"answer": ("answer.py", b"def f(): return 1\n")}, files=files)
    submitted = Submitted(Connection(sources, supervisor, WorkerSpec(), seed=0))
    try:
        assert submitted.student.f() == 1
    finally:
        submitted.close()


HOSTILE = b"def __getattr__(name):\n    return lambda *args, **more: True\n"
OURS = ("numpy.py", "autograder.py", "autograder/checks/compare.py", "test_hidden.py", "test_visible.py", "conftest.py",
        "solution.py", "tiny_course.py", "pytest.py", "random.py", "torch/__init__.py")  # fmt: skip


def test_files_with_names_of_ours_earn_nothing(tmp_path: Path, course: Course, supervisor: Supervisor) -> None:
    wrong = SOLUTION.replace("2 * x", "3 * x") + "\nimport autograder, test_hidden, pytest, torch, random\n"
    report = graded(
        course, tmp_path / "kim", {"tiny.py": wrong, **dict.fromkeys(OURS, HOSTILE)}, supervisor, official=True
    )
    assert (report.score.earned, report.complete) == (8.0, True)
    right = graded(
        course, tmp_path / "lee", {"tiny.py": SOLUTION, **dict.fromkeys(OURS, HOSTILE)}, supervisor, official=True
    )
    assert right.score.earned == 20.0


@pytest.mark.parametrize("enclosed", [True, False])
def test_a_package_that_is_not_offered_is_missing_unless_it_was_handed_in(enclosed: bool) -> None:
    source = "import torch\n\n\ndef f():\n    return torch.tensor(3)\n"
    with Supervisor(enclosed=enclosed) as supervisor:
        missing = worker_of(source, {"data.txt": b""}, supervisor, packages=frozenset({"numpy"}))
        there = worker_of(
            source, {"torch/__init__.py": b"def tensor(x): return x\n"}, supervisor, packages=frozenset({"numpy"})
        )
        try:
            assert there.student.f() == 3
            with pytest.raises(BaseException, match="torch is not available in this assignment"):
                missing.student.f()
        finally:
            missing.close()
            there.close()


def test_a_name_of_a_library_is_noted_if_it_is_imported(tmp_path: Path, course: Course, supervisor: Supervisor) -> None:
    files = {"tiny.py": "from statistics import mine\n" + DOUBLE + TOTAL, "statistics.py": "mine = 1\n", "json.py": ""}
    report = graded(course, tmp_path / "kim", files, supervisor)
    assert report.notes == (
        "statistics.py was not used, because import statistics gives the library of this name. Rename your file if you "
        "need it.",
        "tiny.py, line 1 raised ImportError: cannot import name 'mine' from 'statistics' (statistics.py). This line "
        "was skipped; the code after it ran.",
    )


# --- errors

ERRORS: dict[str, tuple[Files, str]] = {
    "import": ({"tiny.py": "import helpers", "helpers.py": "\nx = 1 / 0"},
               "helpers.py, line 2 raised ZeroDivisionError: division by zero."),
    "syntax": ({"tiny.py": "import pack.inner", "pack/inner.py": "x = 1\ndef f(:\n"},
               "tiny.py, line 1 raised SyntaxError: invalid syntax (inner.py, line 2)."),
    "encoding": ({"tiny.py": "import helpers", "helpers.py": b"x = 1\n# \xff\n"},
                 "tiny.py, line 1 raised SyntaxError: the line is not UTF-8 text (helpers.py, line 2)."),
    "a package of others": ({"tiny.py": "import helpers", "helpers.py": "import scipy"},
                            "helpers.py, line 1: scipy is not available in this assignment"),
    "no such file": ({"tiny.py": "from .helper import f", "helpers.py": ""},
                     "tiny.py, line 1: helper is not available in this assignment"),
    "no such file, from the folder": ({"tiny.py": "from . import helper", "helpers.py": ""},
                                      "tiny.py, line 1: helper is not available in this assignment"),
    "no such part": ({"tiny.py": "import pack.other", "pack/inner.py": ""},
                     "tiny.py, line 1: pack.other is not available in this assignment"),
    "no such name": ({"tiny.py": "from helpers import f", "helpers.py": ""},
                     "tiny.py, line 1 raised ImportError: cannot import name 'f' from 'helpers'"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_in_a_file_is_a_note_with_its_place(
    tmp_path: Path, course: Course, supervisor: Supervisor, files: Files, sentence: str
) -> None:
    files = {**files, "tiny.py": f"{files['tiny.py']!s}\n{DOUBLE}{TOTAL}"}
    report = graded(course, tmp_path / "kim", files, supervisor)
    assert report.score.earned == report.score.possible
    [note] = report.notes
    assert note.startswith(sentence)


def test_an_error_in_a_call_of_a_file_is_reported_with_its_place(
    tmp_path: Path, course: Course, supervisor: Supervisor
) -> None:
    files: Files = {
        "tiny.py": "from pack.inner import double",
        "pack/inner.py": "def double(x):\n    return x.twice()\n",
    }
    found = line(graded(course, tmp_path / "kim", files, supervisor), "double_of_two")
    assert found.verdict is Verdict.ERRORED
    assert "'numpy.ndarray' object has no attribute 'twice' (pack/inner.py, line 2)" in found.message


def test_the_names_of_modules_come_from_their_paths() -> None:
    files = ["a.py", "p/__init__.py", "p/q/r.py", "p.py", "not-a-name.py", "x.txt", "__init__.py", "1/a.py", "class.py"]
    assert modules_of(files) == {"a": "a.py", "p": "p/__init__.py", "p.q.r": "p/q/r.py", "class": "class.py"}
