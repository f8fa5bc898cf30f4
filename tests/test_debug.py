"""``autograder debug``: a visible case and the student's own file in one process."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tiny_course import SLUG, Course, make, write

from autograder.audit import hints
from autograder.workers.supervisor import Supervisor

ANSWER = """
import os
import numpy as np


def double(x):
    y = 2 * x
    breakpoint()
    return y


def total(x):
    return float(np.sum(x))
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course as an author has it, with a student's answer in the folder of the assignment."""
    course = make(tmp_path)
    write(course.folder / "tiny.py", ANSWER)
    return course


def debug(
    course: Course, *arguments: str, typed: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "debug", SLUG, *arguments, "--root", str(course.root)]
    return subprocess.run(
        command, input=typed, cwd=cwd or course.root, capture_output=True, text=True, timeout=60, check=False
    )


def test_breakpoint_stops_in_the_students_file_and_goes_on(course: Course) -> None:
    result = debug(course, "double_of_two", typed="p y\nlist\nup\ncontinue\n")
    assert f"> {course.folder}/tiny.py(9)double()" in result.stdout
    assert "(Pdb) array([4.])" in result.stdout
    assert "8  \t    breakpoint()" in result.stdout
    assert "PASSED  double_of_two" in result.stdout
    assert result.returncode == 0


def typed_at(course: Course, *arguments: str, lines: list[str]) -> str:
    """Debug on a terminal: type a line at each prompt of the debugger. Return all that the terminal showed."""
    command = [sys.executable, "-m", "autograder", "debug", SLUG, *arguments, "--root", str(course.root)]
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "dumb", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=course.root, env=environment) as process:
        os.close(its)
        shown, waiting = b"", list(lines)
        try:
            while select.select([ours], [], [], 60)[0]:
                try:
                    shown += os.read(ours, 4096)
                except OSError:  # Linux ends a terminal in this way when nobody writes to it any more
                    break
                if waiting and shown.endswith(b"(Pdb) "):
                    os.write(ours, f"{waiting.pop(0)}\n".encode())
        finally:
            process.kill()
            os.close(ours)
    assert waiting == [], shown
    return shown.decode().replace("\r\n", "\n")


def test_on_a_terminal_the_debugger_waits_and_the_report_follows(course: Course) -> None:
    write(course.folder / "tiny.py", ANSWER.replace("2 * x", "3 * x"))
    shown = typed_at(course, "double_of_two", lines=["p x", "c"])
    stopped, printed, failed = shown.split("(Pdb) ")
    assert f"> {course.folder}/tiny.py(9)double()" in stopped
    assert "FAILED" not in stopped
    assert printed == "p x\narray([2.])\n"
    assert failed.startswith("c\ndouble_of_two  FAILED\nTwice two is four.\n")
    assert "value    got 6, want 4" in failed


def test_leaving_the_debugger_is_no_failure(course: Course) -> None:
    result = debug(course, "double_of_two", typed="quit\n")
    assert "double_of_two" not in result.stdout
    assert result.returncode == 0


@pytest.mark.parametrize("name", ["double_of_too", "double_of_any", ""], ids=["misspelt", "hidden", "none"])
def test_a_name_that_is_none_lists_the_visible_cases(course: Course, name: str) -> None:
    result = debug(course, *([name] if name else []))
    assert result.returncode == 2
    assert "  double: double_of_two\n  total: total_of_three [usage]" in result.stderr
    assert "total_of_any" not in result.stderr
    assert ("Did you mean double_of_two" in result.stderr) == bool(name)


def test_a_task_means_its_cases_until_one_does_not_pass(tmp_path: Path) -> None:
    case = '@task("double", points=1)\ndef test_{name}(student):\n    assert_close(student.double({x}), {y})\n\n\n'
    numbers = {"zero": (0.0, 0.0), "one": (1.0, 2.0), "two": (2.0, 4.0)}
    visible = "".join(case.format(name=name, x=x, y=y) for name, (x, y) in numbers.items())
    course = make(tmp_path, visible=visible)
    write(course.folder / "tiny.py", "def double(x):\n    return x\n")
    result = debug(course, "double")
    assert result.stdout.splitlines()[:2] == ["PASSED  zero", "one  FAILED"]
    assert "value    got 1, want 2" in result.stdout
    assert "two" not in result.stdout


@pytest.mark.slow
def test_the_hint_is_that_of_make_grade(tmp_path: Path, supervisor: Supervisor) -> None:
    mistake = 'CAUGHT_BY = ("double_of_two",)\nHINT = "Tripled."\n\n\ndef double(x):\n    return 3 * x\n'
    course = make(tmp_path, mistakes={"tripled": mistake})
    write(course.folder / "tiny.py", ANSWER.replace("2 * x", "x + x + x").replace("    breakpoint()\n", ""))
    assert "Tripled." not in debug(course, "double_of_two").stdout
    hints.write(course.load(), supervisor)
    assert "  hint     Tripled." in debug(course, "double_of_two").stdout.splitlines()


def test_every_kind_of_call_works_without_a_worker(tmp_path: Path) -> None:
    visible = """
        @task("double", points=1)
        def test_calls(student, rng):
            def thrice(x):
                return 3 * x

            assert list(student.double.each([(1.0,), (2.0,)])) == [2.0, 4.0]
            assert student.apply(lambda x: x + 1, 2.0) == 3.0
            assert student.apply(inside(student, thrice), 2.0) == 6.0
            assert student.double.record(np.ones(2)).changed == ("0",)
            assert fresh(student).Counter().next() == 1
            with pytest.raises(ValueError):
                student.fail()
            assert student.pid() == os.getpid()
            assert student.helped() == "by a helper"
    """
    answer = """
        import os


        def double(x):
            x *= 2
            return x


        def apply(f, x):
            return f(x)


        def fail():
            raise ValueError("no")


        def pid():
            return os.getpid()


        def helped():
            import helper

            return helper.TEXT + open("data.txt").read()


        class Counter:
            def next(self):
                return 1
    """
    course = make(tmp_path, visible="import os\n\nfrom autograder import fresh, inside\n\n" + textwrap.dedent(visible))
    write(course.folder / "tiny.py", answer)
    write(course.folder / "helper.py", "TEXT = 'by a '\n")
    write(course.folder / "data.txt", "helper")
    result = debug(course, "calls")
    assert "costs 25 % of the points" in result.stdout, result.stdout + result.stderr
    assert "side effect" in result.stdout


SPY = """
import sys
from pathlib import Path

sys.path.insert(0, {solution!r})


def double(x):
    found = []
    for attempt in (read, listed, imported):
        try:
            attempt()
            found.append(attempt.__name__)
        except (OSError, ImportError):
            pass
    raise ValueError(f"found {{found}}")


def read():
    return Path({solution!r}, "test_hidden.py").read_text()


def listed():
    return list(Path({solution!r}).iterdir())


def imported():
    import test_hidden
"""


def test_the_solution_is_out_of_reach(course: Course) -> None:
    write(course.folder / "tiny.py", SPY.format(solution=str(course.solution)))
    assert "raised ValueError: found []" in debug(course, "double").stdout


def test_no_other_file_can_be_named(course: Course) -> None:
    result = debug(course, "double", "--submission", "elsewhere.py")
    assert result.returncode == 2
    assert "No such option" in result.stderr


def test_a_breakpoint_at_the_top_level_is_reported(course: Course) -> None:
    write(course.folder / "tiny.py", ANSWER.replace("    breakpoint()\n", "") + "\nbreakpoint()\n")
    assert "this starts the debugger, so it was skipped" in debug(course, "double").stdout
