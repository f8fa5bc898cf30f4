"""The tutorials: every command and file on a page, in its order, from an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from test_docs import DOCS, blocks

TUTORIALS = sorted((DOCS / "tutorial").glob("*.md"))
MARK = "@@@ block"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "a"), ("EMAIL", "a@example.org"))
}


def script(path: Path) -> str:
    """Return a page as a shell script: files are written and commands run in their order, a mark after each block."""
    lines = ["set -e"]
    for number, (info, body) in enumerate(blocks(path)):
        if named := re.fullmatch(r"\w+ file=(\S+)", info):
            lines += [f'mkdir -p "$(dirname {named[1]})"', f"printf %s {shlex.quote(body)} > {named[1]}"]
        elif info == "sh runnable":
            lines += [body]
        lines += [f"echo '{MARK} {number}'"]
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_does_what_it_says(path: Path, tmp_path: Path) -> None:
    """The environment that is there takes the place of a new one, so that no network is needed."""
    start = tmp_path / "autograder"
    start.mkdir()
    (start / ".venv").symlink_to(sys.prefix)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AUTOGRADER", "MAKE"))}
    environment |= {"AUTOGRADER": f"{sys.executable} -m autograder", "COLUMNS": "80", "NO_COLOR": "1", "TERM": "xterm"}
    done = subprocess.run(
        ["bash", "-c", script(path)],
        cwd=start, env=environment | IDENTITY, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    printed = re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.MULTILINE)
    problems, before = [], ""
    for number, (info, body) in enumerate(blocks(path)):
        if info == "text prints":
            problems += [f"{line!r} is not in\n{before}" for line in missing(body, before)]
        before = printed[number]
    assert not problems, "\n".join(problems)


def missing(wanted: str, printed: str) -> list[str]:
    """Return the lines of ``wanted`` that no line of ``printed`` contains, each below the one before."""
    rest = printed.splitlines()
    found = []
    for line in wanted.splitlines():
        at = next((i for i, each in enumerate(rest) if line in each), None)
        if at is None:
            found.append(line)
        else:
            rest = rest[at:]
    return found


def test_a_line_that_was_not_printed_is_missing() -> None:
    assert missing("a\nb", "xa\nyb") == [] and missing("b\na", "xa\nyb") == ["a"]


def test_there_are_tutorials() -> None:
    assert [path for path in TUTORIALS if len(list(blocks(path))) > 5]
