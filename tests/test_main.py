"""The application: what it lists and imports, how it ends when nobody reads its output."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tiny_course import SLUG, Course, make

from autograder.commands.main import COMMANDS, load

AUTOGRADER = [sys.executable, "-m", "autograder"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make(tmp_path_factory.mktemp("course"))


# --- the commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listed_summary_is_the_help_of_the_command(name: str) -> None:
    assert (load(name).help or "").split("\n")[0] == COMMANDS[name].summary


def test_the_help_lists_every_command_with_its_whole_summary() -> None:
    help = subprocess.run([*AUTOGRADER, "--help"], capture_output=True, text=True, check=True).stdout
    in_a_line = " ".join(help.split())
    for name, command in COMMANDS.items():
        assert f"  {name} " in help and f"{name} {command.summary}" in in_a_line


def test_the_version_is_that_of_the_installed_package() -> None:
    printed = subprocess.run([*AUTOGRADER, "--version"], capture_output=True, text=True, check=True).stdout
    assert printed == f"autograder {importlib.metadata.version('autograder-dl')}\n"


# --- what is imported

LIGHT = {"autograder", "click"}  # for a command line that is wrong, or asks for help
# What is here without us: the interpreter's own start, and how an editable install is found.


@pytest.mark.skipif(sys.platform != "linux" or os.cpu_count() == 1, reason="needs /proc and two cores")
def test_numpy_starts_no_threads_in_a_command() -> None:
    script = (
        "import atexit, os, sys, autograder.commands.main as main\n"
        "atexit.register(lambda: print(__import__('numpy') and len(os.listdir('/proc/self/task'))))\n"
        "sys.argv = ['autograder', '--version']\n"
        "main.main()"
    )
    variables = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["1"]


START = subprocess.run(
    [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
).stdout.split()

ARGUMENTS: dict[str, Sequence[str]] = {
    "help": ["--help"],
    "help of a command": ["grade", "--help"],
    "no such command": ["grad"],
    "no such option": ["grade", "--ofical"],
    "a wrong value": ["batch", SLUG, "class", "--out", "out", "--seed", "-1"],
    "no such assignment": ["grade", "01-tinny"],
    "no such submission": ["grade", SLUG, "--submission", "none.py"],
    "no such class": ["batch", SLUG, "none", "--out", "out"],
    "a place that cannot be written": ["grade", SLUG, "--html", "assignments/01-tiny/tiny.py"],
    "no such report": ["report", "none.json"],
    "no such assignment to audit": ["audit", "01-tinny"],
    "a question that --quick cannot answer": ["doctor", "--quick", "--require", "official"],
}


def imported(arguments: Sequence[str], folder: Path) -> set[str]:
    """The packages outside the standard library that ``autograder ARGUMENTS`` imports."""
    script = (
        "import atexit, sys; from autograder.commands.main import main\n"
        "atexit.register(lambda: print('MODULES', *sys.modules))\n"
        f"sys.argv = {['autograder', *arguments]!r}; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 2), done.stderr
    modules = done.stdout.rpartition("MODULES ")[2].split()
    tops = {name.partition(".")[0] for name in modules if name not in START}
    return tops - set(sys.stdlib_module_names)


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_help_and_wrong_use_import_nothing_heavy(course: Course, arguments: Sequence[str]) -> None:
    assert imported(arguments, course.root) == LIGHT


# --- nobody reads the output

NOBODY = {"closed output": (1,), "closed errors": (2,), "everything closed": (0, 1, 2)}
GRADE = ["grade", SLUG, "--html", "pages", "--json", "r.json"]


def end_without(closed: Sequence[int], arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``autograder ARGUMENTS`` with these descriptors closed, as ``>&-`` does."""
    script = "import os, sys; [os.close(int(n)) for n in sys.argv[1].split()]; os.execv(sys.executable, sys.argv[2:])"
    command = [sys.executable, "-c", script, " ".join(map(str, closed)), *AUTOGRADER, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def end_with_no_reader(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``autograder ARGUMENTS`` with a pipe as its output that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [*AUTOGRADER, *arguments], cwd=folder, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)


@pytest.fixture
def place(course: Course, tmp_path: Path) -> Path:
    """An empty folder with the course's assignments in it."""
    (tmp_path / "assignments").symlink_to(course.root / "assignments")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("closed", NOBODY.values(), ids=NOBODY.keys())
def test_reports_are_written_when_the_output_is_closed(place: Path, closed: Sequence[int]) -> None:
    done = end_without(closed, GRADE, place)
    assert (done.returncode, done.stderr) == (0, "")
    assert (place / "pages" / f"{SLUG}.html").is_file()
    assert (place / "r.json").is_file()


def test_reports_are_written_when_the_reader_goes_away(place: Path) -> None:
    done = end_with_no_reader(GRADE, place)
    assert (done.returncode, done.stderr) == (0, "")
    assert (place / "pages" / f"{SLUG}.html").is_file()
    assert (place / "r.json").is_file()


@pytest.mark.parametrize("arguments", [["--help"], ["grade", "--help"], ["doctor", "--quick", "--json"]])
def test_help_and_doctor_end_in_good_order_when_nobody_reads(arguments: Sequence[str], tmp_path: Path) -> None:
    for done in (end_with_no_reader(arguments, tmp_path), end_without((1,), arguments, tmp_path)):
        assert (done.returncode, done.stderr) == (0, "")


def test_no_file_takes_the_number_of_a_closed_output(tmp_path: Path) -> None:
    script = (
        "import atexit, os, sys; os.close(1); os.close(2); from autograder.commands.main import main\n"
        "atexit.register(lambda: open('number', 'w').write(str(os.open(os.devnull, os.O_RDONLY))))\n"
        "sys.argv = ['autograder', '--help']; main()"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    assert int((tmp_path / "number").read_text()) > 2
