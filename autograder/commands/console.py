"""Terminal output of the commands: a console, a progress bar, and the exit after grader errors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from ..errors import AutograderError
from ..model import Report, Verdict

Advance = Callable[[int, int], None]
"""A callback for progress. Its arguments are the number of finished steps and the number of all steps."""


class Terminal(Console):
    """A console that prints text unchanged: no markup, no emoji, no colours for numbers."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)

    def plain(self, text: str, *, style: str | None = None, end: str = "\n") -> None:
        """Print ``text`` without breaking its lines."""
        self.out(text, style=style, end=end)


@contextmanager
def progress(console: Console, title: str) -> Iterator[Advance]:
    """Show a progress bar while the block runs. Show nothing if the output is not a terminal."""
    if not console.is_terminal:
        yield lambda done, of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def fail(message: str) -> None:
    """Print a sentence for staff to standard error."""
    print(f"autograder: {message}", file=sys.stderr)


def end_with_grader_errors(reports: Sequence[Report]) -> None:
    """Exit with code 4 if a case failed because of a grader error, and print these cases for staff."""
    broken = [(report, line) for report in reports for line in report.outcomes if line.verdict is Verdict.GRADER_ERROR]
    for report, line in broken:
        who = report.submission.student or report.assignment
        fail(f"{who}: the case {line.case} failed because of an error in the grader: {line.staff}")
    if broken:
        sys.exit(AutograderError.exit_code)
