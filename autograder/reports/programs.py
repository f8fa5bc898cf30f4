"""The commands that a report prints: those of the program that was started on this machine."""

from __future__ import annotations

import os
import shlex
import subprocess
from itertools import chain
from typing import Final

from ..messages import say

PROGRAM: Final = "AUTOGRADER_PROGRAM"
"""The environment variable in which the file grade.py of a release names the program that started it."""


def grade_command(slug: str, *, task: str = "", submission: str | None = None) -> str:
    """Return the command that grades an assignment on this machine.

    It is ``make grade``, unless $AUTOGRADER_PROGRAM names the program that this one was started by (the file grade.py
    of a release sets it), or this is Windows, which has no make.
    """
    program = os.environ.get(PROGRAM) or ("autograder" if os.name == "nt" else "make")
    given = [(name, _quoted(value)) for name, value in (("task", task), ("submission", submission)) if value]
    if program != "make":
        options = chain(*((f"--{name}", value) for name, value in given))
        return say("report.program", program=program, arguments=" ".join([slug, *options]))
    variables = {"task": "T", "submission": "SUBMISSION"}
    return say(
        "report.make", arguments=" ".join([f"A={slug}", *(f"{variables[name]}={value}" for name, value in given)])
    )


def debug_command(slug: str, case: str) -> str:
    """Return the command that runs a visible case in a debugger on this machine. No Makefile has a target for it."""
    program = os.environ.get(PROGRAM) or "autograder"
    return say(
        "report.debug",
        program="python3 grade.py" if program == "make" else program,
        arguments=f"{slug} {_quoted(case)}",
    )


def _quoted(argument: str) -> str:
    return subprocess.list2cmdline([argument]) if os.name == "nt" else shlex.quote(argument)


def doctor_command() -> str:
    """Return the command that checks this machine."""
    return f"{os.environ.get(PROGRAM) or 'autograder'} doctor"
