"""nbgrader's own example course behind our wall, input that is wrong, and many submissions at once."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbgrader_course as course
import pytest

from autograder.errors import UsageError
from autograder.exchange import grades_nbgrader, nbgrader_batch, nbgrader_config
from autograder.student.selftest import LAYERS

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader and SQLAlchemy warn of each other

AS_STOCK = {  # what nbgrader 0.9.6 gives; the test below compares it with a run of nbgrader itself
    ("bitdiddle", "correct_squares"): (0.0, False),
    ("bitdiddle", "squares_invalid_input"): (1.0, False),
    ("bitdiddle", "correct_sum_of_squares"): (0.0, False),
    ("bitdiddle", "sum_of_squares_uses_squares"): (0.5, False),
    ("bitdiddle", "sum_of_squares_equation"): (None, True),
    ("bitdiddle", "sum_of_squares_application"): (0.0, False),
    ("bitdiddle", "cell-938593c4a215c6cc"): (None, True),
    ("bitdiddle", "part-a"): (None, True),
    ("bitdiddle", "part-b"): (None, True),
    ("hacker", "correct_squares"): (1.0, False),
    ("hacker", "squares_invalid_input"): (1.0, False),
    ("hacker", "correct_sum_of_squares"): (0.5, False),
    ("hacker", "sum_of_squares_uses_squares"): (0.5, False),
    ("hacker", "sum_of_squares_equation"): (None, True),
    ("hacker", "sum_of_squares_application"): (None, True),
    ("hacker", "cell-938593c4a215c6cc"): (None, True),
    ("hacker", "part-a"): (None, True),
    ("hacker", "part-b"): (None, True),
}


OLD_GRADEBOOK = course.PACKAGE / "tests" / "apps" / "files" / "gradebook.db"


@pytest.fixture(scope="module", autouse=True)
def programs() -> Iterator[None]:
    with course.programs_on_path():
        yield


@pytest.fixture(scope="module")
def empty_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example course, not graded yet."""
    return course.example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def empty_lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course ``lab`` without submissions."""
    return course.lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def example(empty_example: Path, tmp_path: Path) -> Path:
    return shutil.copytree(empty_example, tmp_path / "course")


@pytest.fixture
def lab(empty_lab: Path, tmp_path: Path) -> Path:
    return shutil.copytree(empty_lab, tmp_path / "a course")  # a root with a space


@pytest.mark.slow
def test_the_example_course_has_the_scores_of_nbgrader_and_keeps_what_people_wrote(example: Path) -> None:
    assert course.api(example).autograde("ps1", "*")["success"]
    assert course.scores(example, "ps1") == AS_STOCK
    assert course.totals(example, "ps1") == {"bitdiddle": 1.5, "hacker": 3.0}
    with course.gradebook(example) as book:
        grade = book.find_grade("part-a", "problem2", "ps1", "hacker")
        grade.manual_score, grade.extra_credit = 0.75, 0.25
        book.find_comment("part-a", "problem2", "ps1", "hacker").manual_comment = "Well said."
        book.db.commit()
    done = nbgrader_batch.autograde(example, "ps1", workers=1, student="hacker", force=True)
    assert done.graded == ["hacker"]
    assert course.totals(example, "ps1") == {"bitdiddle": 1.5, "hacker": 4.0}
    with course.gradebook(example) as book:
        assert book.find_grade("part-a", "problem2", "ps1", "hacker").needs_manual_grade
        assert book.find_comment("part-a", "problem2", "ps1", "hacker").comment == "Well said."


@pytest.mark.long
def test_the_scores_are_those_of_nbgrader_itself(example: Path) -> None:
    assert course.api(example, ours=False).autograde("ps1", "*")["success"]
    assert course.scores(example, "ps1") == AS_STOCK


# --- wrong input


def edit(folder: Path, name: str, **changes: object) -> None:
    """Change a cell of a submission, by its id: its text, its type, or nbgrader's metadata."""
    path = folder / "lab.ipynb"
    cells = course.read(path)
    for each in cells:
        flags = each["metadata"].get("nbgrader", {})
        if flags.get("grade_id") == name:
            each.update({key: value for key, value in changes.items() if key in ("source", "cell_type")})
            flags.update({key: value for key, value in changes.items() if key not in ("source", "cell_type")})
    course.write(path, cells)


@pytest.mark.slow
def test_wrong_input_costs_nobody_else_anything(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course.submit(lab, "honest")
    edit(course.submit(lab, "changes_locked_cell"), "imports", source="np = None")
    edit(course.submit(lab, "changes_test"), "test_squares", source="pass", points=1)
    edit(course.submit(lab, "blanks_id"), "essay", grade_id="")
    edit(course.submit(lab, "invents_id"), "essay", grade_id="no such cell")
    edit(course.submit(lab, "repeats_id"), "double", grade_id="squares")
    path = course.submit(lab, "deletes_test") / "lab.ipynb"
    course.write(path, [each for each in course.read(path) if "test_last" not in str(each["metadata"])])
    (course.submit(lab, "is_not_json") / "lab.ipynb").write_text("{")
    folder = course.submit(lab, "is_a_link")
    (folder / "lab.ipynb").unlink()
    (folder / "lab.ipynb").symlink_to(lab / "source" / "lab" / "lab.ipynb")
    folder = course.submit(
        lab, "links_data", double="def double(x):\n    return 2 * x if __import__('os').path.exists('book') else None"
    )
    (folder / "book").symlink_to(lab / "gradebook.db")
    course.submit(
        lab,
        "reads_data",
        last="here = open('data.csv').read()\ndef last(items):\n    return items[-1] if here == '1,2\\n' else None",
    )
    course.submit(
        lab, "cannot_be_read", double="def double(x):\n    return 2 * x\nreturn (", last="1/0\n" + course.RIGHT["last"]
    )
    done = course.api(lab).autograde("lab", "*")

    scores = course.scores(lab, "lab")
    full = {"test_double": 5.0, "test_squares": 5.0, "test_last": 5.0, "test_shares": 2.0}
    for student in (
        "honest",
        "changes_locked_cell",
        "changes_test",
        "deletes_test",
        "reads_data",
        "blanks_id",
        "invents_id",
    ):
        assert {name: scores[student, name][0] for name in full} == full, student
    assert scores["links_data", "test_double"] == (0.0, False)
    assert scores["cannot_be_read", "test_double"] == (0.0, False)
    assert scores["cannot_be_read", "test_last"] == (0.0, False)
    assert {scores["is_a_link", name] for name in full} == {(None, True)}  # a person looks at it
    assert "return 2 * x" not in (lab / "autograded" / "is_a_link" / "lab" / "lab.ipynb").read_text()
    assert not (lab / "autograded" / "links_data" / "lab" / "book").exists()
    assert scores["blanks_id", "essay"] == (0.0, False)  # nbgrader adds the cell again, unchanged
    assert not done["success"]  # one submission is not a notebook
    assert "is_not_json" in done["log"]
    assert not (lab / "autograded" / "is_not_json" / "lab" / "lab.ipynb").exists()


@pytest.mark.slow
def test_large_outputs_old_schemas_and_a_second_notebook_of_the_name_change_no_grade(lab: Path) -> None:
    path = course.submit(lab, "prints_much") / "lab.ipynb"
    cells = course.read(path)
    cells[1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    course.write(path, cells)
    for version in (0, 1, 2):
        path = course.submit(lab, f"schema_{version}") / "lab.ipynb"
        cells = course.read(path)
        for each in cells:
            if flags := each["metadata"].get("nbgrader"):
                flags["schema_version"] = version
                flags.pop("task", None)
        course.write(path, cells)
    folder = course.submit(lab, "two_of_one_name", double="def double(x):\n    return x")
    (folder / "old").mkdir()
    shutil.copy(lab / "source" / "lab" / "lab.ipynb", folder / "old" / "lab.ipynb")  # not the one that is handed in
    done = nbgrader_batch.autograde(lab, "lab", workers=1)
    assert done.problems == {}
    totals = course.totals(lab, "lab")
    assert {totals[name] for name in ("prints_much", "schema_0", "schema_1", "schema_2")} == {17.0}
    assert totals["two_of_one_name"] == 12.0
    assert (lab / "autograded" / "prints_much" / "lab" / "lab.ipynb").stat().st_size < 100_000


@pytest.mark.slow
def test_what_cannot_be_graded_is_named_with_file_place_and_remedy(lab: Path) -> None:
    right = (course.submit(lab, "honest") / "lab.ipynb").read_bytes()
    wrong = {
        b"": "is not a notebook: it is empty. Ask the student",
        right[:500]: r"lab.ipynb is not a notebook: line \d+ is not JSON",
        b"\xef\xbb\xbf" + right: "it begins with a byte order mark",
        right.decode().encode("utf-16"): "it begins with a byte order mark",
        b"\x80" + right: "it is not UTF-8 text",
        b"[" * 100_000: "nested too deep|is not JSON",
        b"[]": "it has no list of cells",
        b'{"nbformat": 3, "worksheets": []}': "no list of cells, as in version 3 of the format",
        right.replace(b'"nbformat": 4', b'"nbformat": 99'): "it is of version 99 of the format, not 4",
    }
    for number, data in enumerate(wrong):
        (course.submit(lab, f"wrong-{number}") / "lab.ipynb").write_bytes(data)
    folder = course.submit(lab, "folder")
    (folder / "lab.ipynb").unlink()
    (folder / "lab.ipynb").mkdir()
    os.mkfifo(course.submit(lab, "pipe") / "pipe")
    (course.submit(lab, "late") / "timestamp.txt").write_text("yesterday at noon")
    done = nbgrader_batch.autograde(lab, "lab", workers=1)
    assert done.graded == ["honest"]
    for number, text in enumerate(wrong.values()):
        assert re.search(text, done.problems[f"wrong-{number}"]), done.problems[f"wrong-{number}"]
    assert "lab.ipynb is a folder, not a notebook." in done.problems["folder"]
    assert "pipe is not a file that can be copied. Remove it." in done.problems["pipe"]
    assert "timestamp.txt does not say a time" in done.problems["late"]


@pytest.mark.slow
def test_an_error_of_a_test_is_no_zero(tmp_path: Path) -> None:
    cells = [
        course.answer("f", "def f():\n    return 1"),
        course.check("test_missing", "import no_such_package\nassert f() == 2", 1),
        course.check("test_nan", "assert f() == 1\nfloat('nan')", 1),
        course.check("test_unreadable", "assert f( == 1", 1),
        course.check("test_too_much", "10.0", 1),
        course.check("test_negative", "-1", 1),
        course.check("test_half", "0.5", 1),
        course.check("test_text", "'passed'", 1),
        course.check("test_endless", "while True:\n    pass", 1),
    ]
    course.write(tmp_path / "source" / "a" / "a.ipynb", cells)
    course.generate(tmp_path, "a")
    shutil.copytree(tmp_path / "source" / "a", tmp_path / "submitted" / "ada" / "a")
    done = course.api(tmp_path, timeout=1.0).autograde("a", "ada")
    assert done["success"], done
    ungraded = (None, True)
    assert {name: score for (_, name), score in course.scores(tmp_path, "a").items()} == {
        "test_missing": ungraded,
        "test_nan": ungraded,
        "test_unreadable": ungraded,
        "test_too_much": (1.0, False),
        "test_negative": (0.0, False),
        "test_half": (0.5, False),
        "test_text": (1.0, False),
        "test_endless": (0.0, False),
    }
    assert "The test cell test_missing, line 1, cannot import: No module named 'no_such_package'" in done["log"]


@pytest.mark.slow
def test_later_cells_see_what_visible_tests_define_and_nothing_hidden(tmp_path: Path) -> None:
    cells = [
        course.answer(
            "Layer",
            "class Layer:\n    def size(self):\n        ### BEGIN SOLUTION\n        return 1\n        ### END SOLUTION",
        ),
        course.check(
            "test_layer",
            "import math\nimport pytest\nWIDTH = 3\ndef area(x):\n    return x * WIDTH\n"
            "class Wide(Layer):\n    def size(self):\n"
            "        return 10 * super().size()\nassert Wide().size() == 10 and isinstance(Wide(), Layer)\n"
            "got = Layer().size()\n### BEGIN HIDDEN TESTS\nSECRET = 1554.5\nassert Layer().size() < SECRET\n"
            "### END HIDDEN TESTS",
            2,
        ),
        course.answer("use", "def use():\n    return area(2) + math.floor(1.5)"),
        course.check("test_use", "assert use() == 7\nassert not peeks('SECRET')\nassert not peeks('got')", 1),
        course.answer("peeks", "def peeks(name):\n    return False"),
    ]
    cells = [*cells[:3], cells[4], cells[3]]
    course.write(tmp_path / "source" / "a" / "a.ipynb", cells)
    course.generate(tmp_path, "a")
    folder = tmp_path / "submitted" / "ada" / "a"
    shutil.copytree(tmp_path / "source" / "a", folder)
    handed_in = course.read(folder / "a.ipynb")
    handed_in[3]["source"] = "def peeks(name):\n    return name in globals()"
    course.write(folder / "a.ipynb", handed_in)
    done = course.api(tmp_path).autograde("a", "ada")
    assert done["success"], done
    scores = {name: score for (_, name), score in course.scores(tmp_path, "a").items()}
    assert scores == {"test_layer": (2.0, False), "test_use": (1.0, False)}, done["log"]


@pytest.mark.slow
def test_without_the_wall_nothing_runs(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course.submit(lab, "honest")
    monkeypatch.setattr("autograder.student.selftest.examine", lambda *args: _Incomplete())
    done = course.api(lab).autograde("lab", "honest")
    assert not done["success"]
    assert f"Official grading needs every layer of the sandbox; missing here: {LAYERS[0].name}" in done["log"]
    assert course.scores(lab, "lab")["honest", "test_double"] == (None, True)


class _Incomplete:
    complete = False
    missing = (LAYERS[0].name,)


# --- many at once


@pytest.mark.slow
def test_many_at_once_have_the_same_grades_and_nothing_is_graded_twice(lab: Path) -> None:
    for number in range(4):
        course.submit(lab, f"student-{number}", **({"double": ""} if number % 2 else {}))
    (course.submit(lab, "broken") / "lab.ipynb").write_text("{")
    done = nbgrader_batch.autograde(lab, "lab", workers=2)
    assert sorted(done.graded) == [f"student-{number}" for number in range(4)]
    assert list(done.problems) == ["broken"]
    first = course.scores(lab, "lab")
    assert {course.totals(lab, "lab")[f"student-{number}"] for number in (0, 2)} == {17.0}
    assert {course.totals(lab, "lab")[f"student-{number}"] for number in (1, 3)} == {12.0}
    again = nbgrader_batch.autograde(lab, "lab", workers=2)
    assert (again.graded, len(again.current)) == ([], 4)
    assert course.scores(lab, "lab") == first
    assert not (lab / nbgrader_batch.WORK).exists()
    notebook = lab / "autograded" / "student-0" / "lab" / "lab.ipynb"
    assert notebook.is_file() and (notebook.parent / "data.csv").read_text() == "1,2\n"


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--workers", "2"]], ids=["one", "two"])
def test_a_killed_run_is_finished_by_the_next(lab: Path, arguments: list[str]) -> None:
    for number in range(6):
        course.submit(lab, f"student-{number}")
    nbgrader_batch.autograde(lab, "lab", workers=1, student="student-0")
    with course.gradebook(lab) as gradebook:
        gradebook.find_grade("essay", "lab", "lab", "student-0").manual_score = 1.5
        gradebook.find_comment("essay", "lab", "lab", "student-0").manual_comment = "Good."
        gradebook.db.commit()
    command = [sys.executable, "-m", "autograder", "nbgrader", "autograde", "lab", "--root", str(lab), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "points" in process.stdout.readline()  # the first one is in the gradebook
        process.send_signal(signal.SIGKILL)
    with sqlite3.connect(lab / "gradebook.db") as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with contextlib.suppress(UsageError):  # the pool of the killed process may still hold the folder for a moment
        nbgrader_batch.autograde(lab, "lab", workers=1)
    while (lab / nbgrader_batch.WORK).exists() or len(os.listdir(lab / "autograded")) < 6:
        with contextlib.suppress(UsageError):
            nbgrader_batch.autograde(lab, "lab", workers=1)
    assert course.totals(lab, "lab") == {f"student-{number}": 17.0 + 1.5 * (number == 0) for number in range(6)}
    with course.gradebook(lab) as gradebook:
        assert gradebook.find_comment("essay", "lab", "lab", "student-0").comment == "Good."


@pytest.mark.parametrize(
    ("break_it", "text"),
    [
        (lambda root: (root / "gradebook.db").unlink(), "Run first: nbgrader generate_assignment"),
        (
            lambda root: (root / "gradebook.db").write_text("no database, but a text of some length" * 50),
            "cannot be read",
        ),
        (lambda root: shutil.rmtree(root / "submitted"), "There is no submission with a notebook in"),
        (lambda root: shutil.copy(OLD_GRADEBOOK, root / "gradebook.db"), "nbgrader db upgrade"),
        (lambda root: make_read_only(root / "gradebook.db"), "cannot be written: attempt to write a readonly"),
    ],
)
def test_a_course_that_cannot_be_graded_gets_a_sentence(lab: Path, break_it: object, text: str) -> None:
    course.submit(lab, "honest")
    break_it(lab)  # type: ignore[operator]
    with pytest.raises(UsageError, match=text):
        nbgrader_batch.autograde(lab, "lab", workers=1)


def make_read_only(gradebook: Path) -> None:
    """Let SQLite treat a gradebook as read-only, also for root: by the version of its format that may write it."""
    with gradebook.open("r+b") as file:
        file.seek(18)
        file.write(b"\3")


def test_without_alembic_a_new_gradebook_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(UsageError, match="runs the program alembic, which is not installed"):
        grades_nbgrader.opened(tmp_path)


@pytest.mark.long
def test_a_locked_gradebook_costs_no_grade(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nbgrader_batch, "ATTEMPTS", 1)
    course.submit(lab, "honest")
    with contextlib.closing(sqlite3.connect(lab / "gradebook.db")) as book:
        book.execute("BEGIN IMMEDIATE")
        done = nbgrader_batch.autograde(lab, "lab", workers=1)
        assert "database is locked" in done.problems["honest"]
    assert not (lab / "autograded" / "honest").exists()
    assert nbgrader_batch.autograde(lab, "lab", workers=1).graded == ["honest"]


# --- configuration


def test_the_block_is_found_again(tmp_path: Path) -> None:
    file = tmp_path / nbgrader_config.FILE
    file.write_text(nbgrader_config.block())
    assert nbgrader_config.missing(tmp_path) == ""
    file.write_text(nbgrader_config.block().replace('    "autograder.exchange.nbgrader.SaveComments",\n', ""))
    assert nbgrader_config.missing(tmp_path) == f"{file} does not name SaveComments"
