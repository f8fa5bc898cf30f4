"""The 17 failures of stock nbgrader that our preprocessors must not have, with the real nbgrader.

One run of ``nbgrader autograde`` grades a class in which nearly everybody attacks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbgrader_course as course
import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader and SQLAlchemy warn of each other

EQUAL = "class Equal:\n    def __eq__(self, other):\n        return True\n    def __len__(self):\n        return 3\n"
FIND = """
import glob, os
def look(pattern):
    return [open(path).read() for path in glob.glob(pattern, recursive=True) if os.path.isfile(path)]
"""
NATIVE_CRASH = "import ctypes\nctypes.string_at(0)"
SECRET = "1554.5"  # what a hidden test wants


@dataclass
class Class:
    """A graded class: the points of each student, and what the gradebook and the folders contain."""

    root: Path
    log: str = ""
    scores: dict[tuple[str, str], tuple[float | None, bool]] = field(default_factory=dict)
    comments: dict[tuple[str, str], str | None] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)

    def points(self, student: str) -> list[float | None]:
        """Points of test_double, test_squares, test_last, test_shares."""
        return [self.scores[student, f"test_{name}"][0] for name in ("double", "squares", "last", "shares")]

    def notebook(self, student: str) -> str:
        return (self.root / "autograded" / student / "lab" / "lab.ipynb").read_text(encoding="utf-8")

    def feedback(self, student: str) -> str:
        return (self.root / "feedback" / student / "lab" / "lab.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    root = tmp_path_factory.mktemp("a course")  # a root with a space
    os.environ["COURSE_TOKEN"] = "token-of-the-course"
    with course.programs_on_path():
        course.lab(root)
        hand_in(root)
        api = course.api(root, timeout=1.0, call_timeout=1.0, memory_mib=512)
        done = api.autograde("lab", "*")
        assert done["success"], done.get("error", "") + done["log"]
        for student in ("honest", "hidden_failure", "prints_arguments", "raises_arguments"):
            assert api.generate_feedback("lab", student)["success"]
    del os.environ["COURSE_TOKEN"]
    yield Class(root, done["log"], course.scores(root, "lab"), course.comments(root, "lab"), course.totals(root, "lab"))


def hand_in(root: Path) -> None:
    """Hand in the notebooks of the class."""
    book = root / "gradebook.db"
    source = root / "source" / "lab" / "lab.ipynb"
    course.submit(root, "honest")
    course.submit(root, "zz_last_of_the_class")
    course.submit(
        root,
        "reads_source",
        double=f"{FIND}\nfound = look({str(source)!r}) + look('../../../source/**') + look('/**/lab.ipynb')\n"
        "def double(x):\n    return 2 * x if found else None",
    )
    course.submit(
        root,
        "reads_hidden_tests",
        double=f"{FIND}\nfound = [text for text in look('**') + look('../**') if 'HIDDEN' in text]\n"
        "def double(x):\n    return 2 * x if found else None",
    )
    course.submit(
        root,
        "writes_gradebook",
        double="import sqlite3\ntry:\n"
        f"    sqlite3.connect({str(book)!r}).execute('UPDATE grade SET extra_credit = 20')\n"
        "except sqlite3.Error:\n    pass\ndef double(x):\n    return x",
        **{name: "" for name in ("squares", "last")},
    )
    course.submit(
        root,
        "patches_numpy",
        before="import numpy, numpy.testing\nnumpy.allclose = lambda *a, **k: True\n"
        "numpy.testing.assert_allclose = lambda *a, **k: None\nimport builtins\nbuiltins.len = lambda x: 3",
        double="def double(x):\n    return x",
        squares=f"{EQUAL}\ndef squares(n):\n    return Equal()",
        last=f"{EQUAL}\ndef last(items):\n    return Equal()",
    )
    course.submit(
        root,
        "drops_tests",
        before="import builtins, sys\nip = get_ipython()\nip.run_cell = lambda *a, **k: None\n"
        "ip.input_transformers_cleanup.append(lambda lines: [])\nbuiltins.exec = builtins.eval = lambda *a: None\n"
        "builtins.compile = lambda *a, **k: None\nAssertionError = KeyError",
        double="def double(x):\n    return x",
        squares="",
        last="",
    )
    for name, code in {
        "exits": "os._exit(0)",
        "kills_itself": "os.kill(os.getpid(), 9)",
        "aborts": "os.abort()",
    }.items():
        course.submit(root, name, last=f"import os\n{code}")
    course.submit(root, "crashes_in_call", last=f"def last(items):\n    {NATIVE_CRASH.replace(chr(10), '; ')}")
    course.submit(root, "loops_in_cell", last="while True:\n    pass")
    course.submit(
        root,
        "loops_and_ignores_signals",
        last="import signal\nfor each in range(1, 30):\n    try:\n        signal.signal(each, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\nwhile True:\n    pass",
    )
    course.submit(root, "loops_in_call", last="def last(items):\n    while True:\n        pass")
    course.submit(root, "prints_endlessly", last="def last(items):\n    while True:\n        print('x' * 1000)")
    course.submit(root, "allocates", last="def last(items):\n    return [0] * (3 << 27)")
    other = root / "submitted" / "zz_last_of_the_class" / "lab" / "lab.ipynb"
    course.submit(
        root,
        "rewrites_others",
        before="import os, shutil\n"
        f"for path in ({str(other)!r}, {str(source)!r}):\n    try:\n        os.chmod(path, 0o666)\n"
        "        open(path, 'w').write('')\n    except OSError:\n        pass\n"
        f"shutil.rmtree({str(root / 'source')!r}, ignore_errors=True)\n"
        f"shutil.rmtree({str(root / 'submitted')!r}, ignore_errors=True)",
    )
    course.submit(
        root,
        "talks",
        double="import os, socket\nfound = [value for value in os.environ.values() if 'token' in value]\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\n    found.append('connected')\n"
        "except ConnectionRefusedError:\n    found.append('reached the network')\nexcept OSError:\n    pass\n"
        "def double(x):\n    return 2 * x if found else None",
    )
    course.submit(
        root,
        "leaves_process",
        double=f"import os, time\nstarted = False\ntry:\n    if os.fork() == 0:\n        os.setsid()\n"
        f"        open({str(root / 'left-behind')!r}, 'w').close()\n        time.sleep(600)\n    started = True\n"
        "except OSError:\n    pass\ndef double(x):\n    return 2 * x",
    )
    course.submit(
        root,
        "locks_gradebook",
        before=f"import sqlite3\ntry:\n    held = sqlite3.connect({str(book)!r})\n    held.execute('BEGIN EXCLUSIVE')\n"
        "except sqlite3.Error:\n    pass",
    )
    course.submit(
        root,
        "warns",
        squares="import sys, warnings\ndef squares(n):\n    warnings.warn('careful')\n"
        "    print('noise', file=sys.stderr)\n    return [i * i for i in range(n)]",
    )
    course.submit(root, "hidden_failure", double="def double(x):\n    return np.minimum(2 * x, 100)")
    course.submit(
        root,
        "prints_arguments",
        double="seen = []\ndef double(x):\n    print('got', x)\n    seen.append(x)\n    return 2 * x",
        squares="print('later', seen)\ndef squares(n):\n    return [i * i for i in range(n)]",
    )
    course.submit(
        root,
        "raises_arguments",
        double="def double(x):\n    if x[0] > 1:\n        raise ValueError(x)\n    return 2 * x",
    )
    forge(root)


def forge(root: Path) -> None:
    """Hand in notebooks whose metadata claim something else than the gradebook."""
    mark = root / "written-by-a-student"
    path = course.submit(root, "forges_role", essay=f"open({str(mark)!r}, 'w').close()") / "lab.ipynb"
    cells = course.read(path)
    for each in cells:
        if each["metadata"].get("nbgrader", {}).get("grade_id") == "essay":
            each["metadata"]["nbgrader"]["solution"] = False
    course.write(path, cells)
    path = course.submit(root, "forges_tests", double="def double(x):\n    return x") / "lab.ipynb"
    cells = course.read(path)
    for each in cells:
        flags = each["metadata"].get("nbgrader", {})
        if flags.get("grade_id") == "test_double":
            flags |= {"solution": True, "locked": False, "points": 500}
            each["source"] = f"open({str(mark)!r}, 'w').close()"
    course.write(path, cells)


FULL = [5.0, 5.0, 5.0, 2.0]


@pytest.mark.slow
@pytest.mark.parametrize("student", ["honest", "zz_last_of_the_class"])
def test_right_answers_have_all_points(graded: Class, student: str) -> None:
    assert graded.points(student) == FULL
    assert graded.scores[student, "essay"] == (None, True)


@pytest.mark.slow
def test_1_the_source_cannot_be_read(graded: Class) -> None:
    assert graded.points("reads_source") == [0.0, *FULL[1:]]


def test_2_hidden_tests_cannot_be_read(graded: Class) -> None:
    assert graded.points("reads_hidden_tests") == [0.0, *FULL[1:]]


def test_3_the_gradebook_cannot_be_written(graded: Class) -> None:
    assert graded.totals["writes_gradebook"] == 0
    with sqlite3.connect(graded.root / "gradebook.db") as book:
        assert book.execute("SELECT COUNT(*) FROM grade WHERE extra_credit").fetchone() == (0,)


def test_4_patched_comparisons_decide_nothing(graded: Class) -> None:
    assert graded.points("patches_numpy") == [0.0, 0.0, 0.0, 0.0]


def test_5_tests_cannot_be_dropped(graded: Class) -> None:
    assert graded.points("drops_tests") == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("student", ["exits", "kills_itself", "aborts", "crashes_in_call"])
def test_6_and_7_a_crash_costs_one_task(graded: Class, student: str) -> None:
    assert graded.points(student) == [5.0, 5.0, 0.0, 2.0]
    assert graded.scores[student, "essay"] == (None, True)


@pytest.mark.parametrize(
    "student",
    ["loops_in_cell", "loops_and_ignores_signals", "loops_in_call", "prints_endlessly", "allocates"],
)
def test_8_to_10_time_output_and_memory_are_limited(graded: Class, student: str) -> None:
    assert graded.points(student) == [5.0, 5.0, 0.0, 2.0]
    assert len(graded.notebook(student)) < 400_000


def test_11_and_12_nobody_changes_the_files_of_others(graded: Class) -> None:
    assert graded.points("rewrites_others") == FULL
    assert "### BEGIN SOLUTION" in (graded.root / "source" / "lab" / "lab.ipynb").read_text()
    assert "return 2 * x" in (graded.root / "submitted" / "zz_last_of_the_class" / "lab" / "lab.ipynb").read_text()


def test_13_no_network_and_no_environment(graded: Class) -> None:
    assert graded.points("talks") == [0.0, *FULL[1:]]


def test_14_no_process_is_left(graded: Class) -> None:
    assert graded.points("leaves_process") == FULL
    assert not (graded.root / "left-behind").exists()


def test_15_the_gradebook_cannot_be_locked(graded: Class) -> None:
    assert graded.points("locks_gradebook") == FULL
    assert graded.points("warns")[0] == 5.0  # who comes later


def test_16_warnings_cost_nothing(graded: Class) -> None:
    assert graded.points("warns") == FULL


@pytest.mark.parametrize("student", ["honest", "hidden_failure", "prints_arguments", "raises_arguments"])
def test_17_hidden_tests_are_in_no_feedback(graded: Class, student: str) -> None:
    for text in (graded.feedback(student), graded.notebook(student), str(graded.comments[student, "double"])):
        assert SECRET not in text
        assert "777.25" not in text
        assert "HIDDEN TESTS" not in text


def test_a_hidden_check_costs_points_and_says_so(graded: Class) -> None:
    assert graded.points("hidden_failure") == [0.0, *FULL[1:]]
    assert graded.comments["hidden_failure", "double"] == "A hidden check failed."


def test_a_visible_check_shows_its_line_and_values(graded: Class) -> None:
    text = graded.comments["drops_tests", "squares"] or ""
    assert "test_squares, line 1: assert squares(3) == [0, 1, 4]" in text
    assert "lab.ipynb does not define squares" in text


def test_a_forged_role_gives_no_points_and_runs_nothing_here(graded: Class) -> None:
    assert graded.scores["forges_role", "essay"] == (None, True)
    assert graded.points("forges_role") == FULL
    assert graded.points("forges_tests") == [0.0, *FULL[1:]]
    assert not (graded.root / "written-by-a-student").exists()
    assert "solution was changed to False; the gradebook has True" in graded.log
