"""The command-line application: it finds the command and turns errors into exit codes.

Exit codes: 0 success, with any score · 2 usage error · 3 the sandbox is incomplete for official grading · 4 grader
error or failed audit · 5 a submission, a student or an entry of an export needs a human · 130 interrupted.

A new command is a function in a module of this package and one line in :data:`COMMANDS`. The module is imported when
its command is called, so that ``--help`` imports neither numpy nor pytest. A test checks this.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import keyword
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
    "submit": Command("submit", "Pack the files to hand in, after one practice run."),
    "debug": Command("debug", "Run one visible case so that breakpoint() works."),
    "batch": Command("batch", "Grade a class: pages for students, grades, a class page."),
    "batch plan": Command("shard", "Write what the shards of a class need, for an array job."),
    "batch status": Command("store", "Show how many submissions are graded and pending."),
    "batch log": Command("store", "Show who did what with a person's submissions, and when."),
    "regrade": Command("regrade", "See whose grades a changed assignment moves, and apply it."),
    "adjust": Command("adjust", "Change the points of a student, or add a comment."),
    "export": Command("export", "Write the grades of a class into the table of an LMS."),
    "store backup": Command("store", "Write store, uploads, names and key into one archive."),
    "store restore": Command("store", "Restore store, uploads, names and key from a backup."),
    "store merge": Command("store", "Take the reports of shards into the store."),
    "privacy export": Command("store", "Write everything that is stored about a person."),
    "privacy erase": Command("store", "Erase a person from store, uploads, names and reports."),
    "privacy retain": Command("store", "Show or set the date until which a course is kept."),
    "import": Command("exchange", "Bring in submissions from Canvas, Moodle or other systems."),
    "nbgrader config": Command("nbgrader", "Print the lines to add to nbgrader_config.py."),
    "nbgrader autograde": Command("nbgrader", "Grade an nbgrader assignment, many submissions at once."),
    "prove": Command("platform", "Run the official cases on the solution once, for later runs."),
    "grade-for": Command("platform", "Grade one submission officially, for a platform that asks."),
    "report": Command("report", "Render a saved report again, without grading."),
    "init": Command("course", "Begin a course of your own."),
    "new": Command("course", "Begin an assignment: all files, with cases that work."),
    "adopt": Command("adopt", "Turn a folder with a pytest suite into an assignment."),
    "stubs": Command("author", "Write the stubs that students receive, from the solutions."),
    "hints": Command("author", "Seal the hints of known mistakes for students."),
    "audit": Command("author", "Test the test cases: right answers pass, wrong ones fail."),
    "release": Command("release", "Hand out assignments as a student repository."),
    "update": Command("release", "Bring a student repository to a newer release; work stays."),
    "doctor": Command("doctor", "Check what this machine supports and what is missing."),
}


def load(name: str) -> click.Command:
    """Import the module of a command and return the command.

    That of ``batch status`` is called ``batch_status``, that of ``grade-for`` ``grade_for``, and that of ``import``, a
    word of Python, ``import_``.
    """
    module = importlib.import_module(f"{__package__}.{COMMANDS[name].module}")
    function = name.replace(" ", "_").replace("-", "_")
    command: click.Command = getattr(module, f"{function}{'_' if keyword.iskeyword(name) else ''}")
    return command


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from ..grading.environment import version

        click.echo(f"autograder {version()}")
        context.exit()


class _LazyGroup(click.Group):
    """A group that lists the commands without importing them, and imports only the called command."""

    def __init__(self) -> None:
        listed = {name: click.Command(name, help=command.summary) for name, command in COMMANDS.items()}
        text = "Grade deep-learning assignments. Student code never runs in the process that holds cases and answers."
        version = click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Show the version and exit.",
        )
        super().__init__(commands=listed, help=text, no_args_is_help=True, params=[version])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write whole summaries; click cuts those that do not fit into a line."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if (two := " ".join(args[:2])) in COMMANDS:
            return two, load(two), args[2:]
        if args[0] not in COMMANDS and (group := [name for name in COMMANDS if name.startswith(f"{args[0]} ")]):
            ctx.fail(f"{args[0]} needs another word: {', '.join(group)}.")
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else command, rest


def main() -> NoReturn:
    """Run the command line and exit. Each error becomes a message on standard error and an exit code."""
    _prepare_streams()
    # Imports create almost no garbage. Garbage collection takes a twentieth of the time of a first result, and another
    # tenth when the interpreter exits.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    # numpy would start a thread for each core as soon as it is imported. The arrays of cases are too small for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
