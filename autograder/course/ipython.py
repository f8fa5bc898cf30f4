"""Replace the syntax that only IPython reads by Python of as many lines: ``%magic``, ``!command``, ``name?``.

A text is read once, from its first to its last character; no pattern can look at a character again and again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

_PYTHON_MAGICS = frozenset({"capture", "file", "prun", "python", "python3", "time", "timeit", "writefile"})
"""Cell magics (``%%time``) whose cell body is Python."""

_SHELL = frozenset({"pip", "pip3", "conda", "mamba", "apt", "apt-get", "cd", "ls", "mkdir", "rm", "cp", "mv", "cat",
                    "wget", "curl", "git", "unzip"})  # fmt: skip
"""Commands that Jupyter also runs without a ``!`` or ``%``."""

_RUN = re.compile(r"""(?:-[in] +)?["']?(?:\./)?([A-Za-z_]\w*)\.(?:py|ipynb)["']?""")

_OUTSIDE = re.compile(r"""\\.|\"\"\"|'''|["'#()\[\]{}]""")
_INSIDE = {quote: re.compile(rf"\\.|{quote}") for quote in ('"""', "'''", '"', "'")}


class Command(NamedTuple):
    """A line of IPython syntax that is not run: its number, from 1, and its text."""

    line: int
    text: str


def other_language(source: str) -> Command | None:
    """Return the first line of a cell that is not Python, such as ``%%bash``; None for all others."""
    for number, line in enumerate(source.split("\n"), start=1):
        if text := line.strip():
            is_other = text.startswith("%%") and _word(text[2:]) not in _PYTHON_MAGICS
            return Command(number, text) if is_other else None
    return None


def written_module(source: str) -> str:
    """Return the name of the module that a cell writes (``%%writefile helpers.py``), or ""."""
    first = source.lstrip().partition("\n")[0].split()
    if len(first) < 2 or first[0] not in ("%%writefile", "%%file"):
        return ""
    found = re.fullmatch(r"(?:\./)?([A-Za-z_]\w*)\.py", first[-1])
    return found[1] if found and found[1] not in sys.stdlib_module_names else ""


def replace_commands(lines: list[str]) -> list[Command]:
    """Replace every line of IPython syntax, and return those that are not run."""
    commands = []
    for number in _statement_starts(lines):
        text = lines[number]
        replacement = _replacement(text)
        if replacement is None:
            continue
        lines[number], is_run = replacement
        if not is_run:
            commands.append(Command(number + 1, text.strip()))
        while text.endswith("\\") and number + 1 < len(lines):  # the command goes on in the next line
            number += 1
            text, lines[number] = lines[number], ""
    return commands


def _statement_starts(lines: list[str]) -> Iterator[int]:
    """Yield the index of each line that does not continue a string, a bracket or the line before.

    The caller may replace the line that it got, and those after it.
    """
    depth, quote, continued = 0, "", False
    for index in range(len(lines)):
        if not lines[index]:
            continued = False
            continue
        if not depth and not quote and not continued:
            yield index
        depth, quote, continued = _after(lines[index], depth, quote)


def _after(line: str, depth: int, quote: str) -> tuple[int, str, bool]:
    """Return the depth of brackets and the open quote at the end of a line, and whether the next continues it."""
    position = 0
    while found := (_INSIDE[quote] if quote else _OUTSIDE).search(line, position):
        token, position = found[0], found.end()
        if token[0] == "\\":
            continue
        if quote:
            quote = ""
        elif token == "#":
            return depth, "", False
        elif token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(0, depth - 1)
        else:
            quote = token
    return depth, quote if len(quote) == 3 else "", line.endswith("\\")


def _replacement(line: str) -> tuple[str, bool] | None:
    """Return the Python for a line of IPython syntax, and whether it does the same; None if it is another line."""
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if text[:1] in ("%", "!", "?"):
        python = _python_in(text)
        return f"{indent}{python or 'pass'}", bool(python)
    if text.endswith("?") and re.fullmatch(r"[\w.]+\?\??", text):
        return f"{indent}pass", False
    target, _, value = text.partition("=")
    value = value.lstrip()
    if value[:1] in ("%", "!") and re.fullmatch(r"[\w\s.,]+", target):
        python = _python_in(value)
        return f"{indent}{target}= {python or ('[]' if value[0] == '!' else 'None')}", bool(python)
    word, _, rest = text.partition(" ")
    if word in _SHELL and rest.lstrip()[:1] not in ("", "=", "(", ",", ".", ":", "["):
        return f"{indent}pass", False
    return None


def _python_in(command: str) -> str:
    """Return the Python statement that a command runs: ``%time x = f()`` defines x. Return "" for other commands."""
    word, _, rest = command.partition(" ")
    rest = rest.strip()
    if command.startswith("%%") and _word(command[2:]) in _PYTHON_MAGICS:
        return "pass"
    if word == "%time":
        return rest
    if word == "%run" and (found := _RUN.fullmatch(rest)):
        return f"from {found[1]} import *"
    return ""


def _word(text: str) -> str:
    found = re.match(r"\w*", text)
    return found[0] if found else ""
