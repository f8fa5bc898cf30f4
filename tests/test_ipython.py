"""What IPython's own syntax becomes: Python of as many lines, without looking into strings and brackets."""

from __future__ import annotations

import pytest

from autograder.course.ipython import Command, other_language, replace_commands, written_module


def without_commands(source: str) -> tuple[str, list[Command]]:
    lines = source.split("\n")
    commands = replace_commands(lines)
    return "\n".join(lines), commands


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("%matplotlib inline", "pass"),
        ("!pip install torch", "pass"),
        ("?np.dot", "pass"),
        ("np.dot?", "pass"),
        ("np.dot??", "pass"),
        ("  !ls", "  pass"),
        ("files = !ls *.py", "files = []"),
        ("t = %timeit -o f()", "t = None"),
        ("a.b = %magic", "a.b = None"),
        ("pip install torch", "pass"),
        ("cd /content/drive", "pass"),
        ("%%html", "pass"),
    ],
)
def test_commands_become_something_harmless(line: str, python: str) -> None:
    assert without_commands(f"x = 1\n{line}\ny = 2") == (f"x = 1\n{python}\ny = 2", [Command(2, line.strip())])


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("%time x = f()", "x = f()"),
        ("x = %time f()", "x = f()"),
        ("%run helpers.py", "from helpers import *"),
        ("%run ./helpers.py", "from helpers import *"),
        ("%run helpers.ipynb", "from helpers import *"),
        ("%run -i './helpers.ipynb'", "from helpers import *"),
        ("%%time", "pass"),
    ],
)
def test_commands_that_run_python_are_run(line: str, python: str) -> None:
    assert without_commands(line) == (python, [])


@pytest.mark.parametrize(
    "source",
    [
        "x = (17\n% 5)",
        "'''\n!important\n%d\n'''",
        '"""a \\""" b\n!c"""',
        "x = 17 \\\n% 5",
        "# it's a comment (\nx = [\n!not]",
        "rm = 3",
        "cd(x)",
        "x == 1",
        "f(x, '?')",
    ],
)
def test_python_stays(source: str) -> None:
    assert without_commands(source) == (source, [])


def test_a_command_may_go_on_in_the_next_line() -> None:
    assert without_commands("!pip install \\\n  torch \\\n  numpy\n!ls") == (
        "pass\n\n\npass",
        [Command(1, "!pip install \\"), Command(4, "!ls")],
    )


def test_an_apostrophe_in_a_command_opens_no_string() -> None:
    assert without_commands("!echo 'it\n%cd x")[0] == "pass\npass"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("%%writefile a.py\nx", "a"),
        ("\n%%file ./a_b.py\nx", "a_b"),
        ("%%writefile -a a.py", "a"),
        ("%%writefile", ""),
        ("%%writefile a.txt", ""),
        ("%%writefile ../a.py", ""),
        ("%%writefile random.py", ""),
        ("x = 1", ""),
    ],
)
def test_a_cell_may_write_a_module(cell: str, name: str) -> None:
    assert written_module(cell) == name


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%writefile a.py", "x = 1", "", "# %%bash"])
def test_cells_of_python(magic: str) -> None:
    assert other_language(f"\n{magic}\nx = 1") is None


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%javascript", "%%sh -e", "%%"])
def test_cells_of_another_language(magic: str) -> None:
    assert other_language(f"\n{magic}\nx = 1") == Command(2, magic)
