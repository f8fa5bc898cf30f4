"""The command-line application: it finds the command and turns errors into exit codes.

Exit codes: 0 success, with any score · 2 usage error · 3 the sandbox is incomplete for official grading · 4 grader
error or failed audit · 130 interrupted.

A new command is a function in a module of this package and one line in :data:`COMMANDS`. The module is imported when
its command is called, so that ``--help`` imports neither numpy nor pytest. A test checks this.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from ..errors import AutograderError

INTERRUPTED = 130  # the exit code that a shell reports after Ctrl-C


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
    """A group that lists the commands without importing them, and imports only the called command."""

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
    """Run the command line and exit. Each error becomes a message on standard error and an exit code."""
    _prepare_streams()
    # Imports create almost no garbage. Garbage collection takes a twentieth of the time of a first result, and another
    # tenth when the interpreter exits.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    sys.exit(_run())


def _run() -> int:
    app = _LazyGroup()
    try:
        with app.make_context("autograder", sys.argv[1:]) as context:
            app.invoke(context)
        return 0
    except click.exceptions.Exit as exc:  # after --help
        return exc.exit_code
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except AutograderError as exc:
        print(f"autograder: {exc}", file=sys.stderr)
        return exc.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


class _Output(io.FileIO):
    """A standard stream that ignores a closed reader (``| head -1``), because the command must still write files."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)


def _prepare_streams() -> None:
    """Set the standard streams to UTF-8. Discard output if a stream (``>&-``) or its reader is closed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # occupies a closed descriptor: otherwise, the next socket would use it and receive the printed text
    os.close(descriptor)
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)


def _prepared(stream: Any) -> Any:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if type(getattr(stream.buffer, "raw", stream.buffer)) is io.FileIO:  # otherwise, a Windows console
        lines = stream.line_buffering or stream.write_through
        output = io.BufferedWriter(_Output(stream.fileno(), "w", closefd=False))
        return io.TextIOWrapper(output, "utf-8", "replace", line_buffering=lines)
    stream.reconfigure(encoding="utf-8", errors="replace")
    return stream
