"""The command-line application: it finds the command and turns errors into exit codes.

Exit codes: 0 done, whatever the score · 2 wrong use · 3 the sandbox is incomplete for official grading · 4 grader
error or failed audit · 130 interrupted.

A new command is a function in a module of this package and one line in :data:`COMMANDS`. The module is imported when
its command is called, so that ``--help`` imports neither numpy nor pytest; a test holds this.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

import click

from ..errors import AutograderError

INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended


@dataclass(frozen=True, slots=True)
class Command:
    """The module of a command, and its line in ``autograder --help``."""

    module: str
    summary: str


COMMANDS = {
    "grade": Command("grade", "Grade all assignments, some of them, or one submission."),
    "batch": Command("batch", "Grade a class: reports, grades.csv and a class page."),
    "report": Command("report", "Render a saved report again, without grading."),
    "audit": Command("author", "Test the test cases: right answers pass, wrong ones fail."),
    "doctor": Command("doctor", "Check what this machine supports and what is missing."),
}


def load(name: str) -> click.Command:
    """Import the module of a command and return the command."""
    module = importlib.import_module(f"{__package__}.{COMMANDS[name].module}")
    command: click.Command = getattr(module, name)
    return command


class _LazyGroup(click.Group):
    """Lists the commands without importing them, and loads the one that is called."""

    def __init__(self) -> None:
        listed = {name: click.Command(name, help=command.summary) for name, command in COMMANDS.items()}
        text = "Grade deep-learning assignments. Student code never runs in the process that holds cases and answers."
        super().__init__(commands=listed, help=text, no_args_is_help=True)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else command, rest


def main() -> NoReturn:
    """Run the command line. Every error becomes one sentence on standard error and its exit code."""
    _prepare_streams()
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone, and the interpreter would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run() -> int:
    try:
        return int(_LazyGroup().main(prog_name="autograder", standalone_mode=False) or 0)
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except click.Abort:
        return INTERRUPTED
    except AutograderError as exc:
        print(f"autograder: {exc}", file=sys.stderr)
        return exc.exit_code
    except BrokenPipeError:  # in a help text
        return 0


def _prepare_streams() -> None:
    """Write UTF-8 whatever the console uses, and write nowhere where a stream was closed (``>&-``)."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # fills a closed number: the next socket would take it, and what is printed would go there
    os.close(descriptor)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
