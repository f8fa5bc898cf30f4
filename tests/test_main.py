"""The application: what it lists and imports, how it ends when nobody reads its output."""

from __future__ import annotations

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
    for name, command in COMMANDS.items():
        assert f"  {name:<6}  {command.summary}\n" in help


# --- what is imported

LIGHT = {"autograder", "click"}  # for a command line that is wrong, or asks for help
# What is here without us: the interpreter's own start, and how an editable install is found.
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

NOBODY = {
    "closed output": ">&-",
    "closed errors": "2>&-",
    "everything closed": "<&- >&- 2>&-",
    "a reader that goes away": "| head -c 1",
}


@pytest.mark.skipif(os.name != "posix", reason="needs a shell of Unix")
@pytest.mark.parametrize("nobody", NOBODY.values(), ids=NOBODY.keys())
def test_the_reports_are_written_when_nobody_reads_the_output(course: Course, tmp_path: Path, nobody: str) -> None:
    command = (
        f'"$0" -m autograder grade {SLUG} --root "$1" --html pages --json r.json {nobody}; echo "${{PIPESTATUS[0]}}"'
    )
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, str(course.root)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1][-1] == "0"
    assert "Traceback" not in done.stderr
    assert (tmp_path / "pages" / f"{SLUG}.html").is_file()
    assert (tmp_path / "r.json").is_file()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell of Unix")
@pytest.mark.parametrize("nobody", NOBODY.values(), ids=NOBODY.keys())
def test_help_ends_without_a_traceback_when_nobody_reads_it(nobody: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m autograder --help {nobody}', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
